import { readFileSync } from 'node:fs';
import { OperatorError } from '../config/operator-error.ts';
import type { ManagementSettings } from './topology/management-client.ts';

/** What is missing or wrong in what the operator gave. */
export class OperatorAccessError extends OperatorError {
  override readonly name = 'OperatorAccessError';
}

/** Where the operator's broker is: an address, or else the local run. */
export interface BrokerChoice {
  /** `https://host:port` of a management API. @default the local run's */
  readonly url?: string;
  /** PEM file of the CA to trust. @default what Node trusts, or the local run's CA */
  readonly caFile?: string;
  /** An administrator. @default 'admin' */
  readonly username?: string;
  /** @default for the local run, its administrator's */
  readonly password?: string;
  /** @default the local run's */
  readonly vhost?: string;
  /** JSON file of users and their passwords. @default the local run's */
  readonly passwordsFile?: string;
  /** `state.json` of a local run. */
  readonly stateFile: string;
}

export interface OperatorAccess {
  readonly management: ManagementSettings;
  /** Undefined where an address was given without. */
  readonly vhost?: string;
  /** By user. */
  readonly passwords: Readonly<Record<string, string>>;
}

interface LocalState {
  readonly vhost: string;
  readonly broker: { readonly management: string; readonly caFile?: string; readonly credentialsFile: string };
}

const defaultAdministrator = 'admin';

/** @throws OperatorAccessError */
export function operatorAccess(choice: BrokerChoice): OperatorAccess {
  return choice.url === undefined ? localAccess(choice) : remoteAccess(choice, choice.url);
}

function remoteAccess(
  { caFile, username = defaultAdministrator, password, vhost, passwordsFile }: BrokerChoice,
  url: string,
): OperatorAccess {
  if (password === undefined || password === '') {
    throw new OperatorAccessError(
      `no password for user '${username}' of ${url}: put it into the environment variable MQ_PASSWORD`,
    );
  }
  return {
    management: { url, username, password, ...(caFile === undefined ? {} : { ca: text(caFile, 'CA') }) },
    vhost,
    passwords: passwordsFile === undefined ? {} : passwordsIn(passwordsFile),
  };
}

function localAccess({
  stateFile,
  username = defaultAdministrator,
  password,
  vhost,
  caFile,
  passwordsFile,
}: BrokerChoice): OperatorAccess {
  let state: LocalState;
  try {
    state = JSON.parse(readFileSync(stateFile, 'utf8')) as LocalState;
  } catch (error) {
    throw new OperatorAccessError(
      `no local run found (${stateFile} can't be read): start one with npm start, or name a broker with --url`,
      {
        cause: error,
      },
    );
  }
  const passwords = passwordsIn(passwordsFile ?? state.broker.credentialsFile);
  const secret = password ?? passwords[username];
  if (secret === undefined) {
    throw new OperatorAccessError(
      `${state.broker.credentialsFile} has no password for user '${username}': name the administrator with --username, or give MQ_PASSWORD`,
    );
  }
  const trusted = caFile ?? state.broker.caFile;
  return {
    management: {
      url: state.broker.management,
      username,
      password: secret,
      ...(trusted === undefined ? {} : { ca: text(trusted, 'CA') }),
    },
    vhost: vhost ?? state.vhost,
    passwords,
  };
}

function passwordsIn(file: string): Record<string, string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text(file, 'passwords'));
  } catch (error) {
    if (error instanceof OperatorAccessError) throw error;
    // The parser's own message may quote the file.
    throw new OperatorAccessError(`passwords file ${file} is not JSON`);
  }
  const isTable = parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed);
  if (!isTable || !Object.values(parsed as object).every((value) => typeof value === 'string')) {
    throw new OperatorAccessError(
      `passwords file ${file} must be a JSON object of users and their passwords: {"shop":"…"}`,
    );
  }
  return parsed as Record<string, string>;
}

function text(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new OperatorAccessError(`${what} file ${file} can't be read: ${(error as Error).message}`, { cause: error });
  }
}
