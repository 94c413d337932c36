import { readFileSync } from 'node:fs';
import { OperatorAccessError } from '../../../operations/operator-access.ts';
import {
  type ConnectionSettings,
  connectionSettingsFromUrl,
  InvalidConnectionSettingsError,
} from '../../../runtime/amqp/connection-settings.ts';
import { stateFile as defaultStateFile } from '../../state-file.ts';
import type { PublishCommandOptions } from './options.ts';

type Choice = Pick<PublishCommandOptions, 'urls' | 'caFile' | 'username' | 'stateFile'>;

interface LocalState {
  readonly vhost: string;
  readonly broker: { readonly amqps: string; readonly caFile?: string; readonly credentialsFile: string };
}

const connectionName = 'mq publish';

/**
 * The broker at the given addresses, or else the local run's.
 * @param localUser who publishes to the local run; an address says it itself, unless the choice does
 * @throws OperatorAccessError saying what is missing, or naming the part of an address that is wrong
 */
export function connectionFor(
  choice: Choice,
  localUser: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): ConnectionSettings {
  const { MQ_PASSWORD } = environment;
  if (choice.urls.length === 0) return localConnection(choice, localUser, MQ_PASSWORD);
  const urls = choice.urls.map((url) => withLogin(url, choice.username, MQ_PASSWORD));
  return settingsFrom(urls, choice.caFile);
}

function localConnection(
  { stateFile, caFile }: Choice,
  username: string | undefined,
  password?: string,
): ConnectionSettings {
  if (username === undefined)
    throw new OperatorAccessError('lib/app.ts declares no publisher: name a broker user with --username');
  const file = stateFile ?? defaultStateFile;
  const state = json<LocalState>(
    file,
    `no local run found (${file} can't be read): start one with npm start, or name a broker with --url`,
  );
  const { amqps, credentialsFile } = state.broker;
  const passwords = json<Record<string, string>>(credentialsFile, `${credentialsFile} can't be read`);
  const secret = password ?? passwords[username];
  if (secret === undefined)
    throw new OperatorAccessError(
      `${credentialsFile} has no password for user '${username}': name a publisher of lib/app.ts with --username`,
    );
  const url = withLogin(`${amqps}/${encodeURIComponent(state.vhost)}`, username, secret);
  return settingsFrom([url], caFile ?? state.broker.caFile);
}

function settingsFrom(urls: readonly string[], caFile: string | undefined): ConnectionSettings {
  const trust = trusted(caFile);
  try {
    return connectionSettingsFromUrl(urls, { connectionName, ...trust });
  } catch (error) {
    if (!(error instanceof InvalidConnectionSettingsError)) throw error;
    throw new OperatorAccessError(error.message, { cause: error });
  }
}

/** User and password take the place of those in the address. What does not parse is left to the checks of the settings. */
function withLogin(address: string, username: string | undefined, password: string | undefined): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  if (username !== undefined) url.username = encodeURIComponent(username);
  if (password) url.password = encodeURIComponent(password);
  return url.toString();
}

function trusted(caFile: string | undefined): { readonly ca?: Buffer } {
  if (caFile === undefined) return {};
  try {
    return { ca: readFileSync(caFile) };
  } catch (error) {
    throw new OperatorAccessError(`CA file ${caFile} can't be read: ${(error as Error).message}`, { cause: error });
  }
}

function json<T>(file: string, problem: string): T {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    // Neither error is passed on: the parser's own may quote a password.
    throw new OperatorAccessError(problem);
  }
}
