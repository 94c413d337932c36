import { mkdirSync, rmSync } from 'node:fs';
import type { BrokerAccess } from '../broker-access.ts';
import type { AccessKeys } from '../endpoints/principals.ts';
import type { SecretStore } from '../endpoints/secret-store.ts';
import type { PartState } from '../supervision.ts';
import { envFile, publisherVariables } from './publisher-variables.ts';
import type { RunDirectory } from './run-directory.ts';
import { type LocalState, writeWhole } from './state-file.ts';

export interface RunFilesSettings {
  readonly directory: RunDirectory;
  readonly secrets: SecretStore;
  readonly admin: BrokerAccess['admin'];
  /** Keys that may do everything at the endpoints. */
  readonly operator: AccessKeys;
}

/**
 * The files by which other tools find a run and log in to it: where its parts are, the logins of the broker's users, access keys, variables for publishers. They follow
 * what changes.
 */
export class RunFiles {
  readonly #settings: RunFilesSettings;
  #state: LocalState;

  /** Writes all of them. */
  constructor(state: LocalState, settings: RunFilesSettings) {
    this.#settings = settings;
    this.#state = state;
    const { directory, secrets, operator } = settings;
    writeWhole(directory.file('aws-credentials'), credentialsText(operator), 0o600);
    this.#writeLogins();
    secrets.onChange = () => this.#writeLogins();
    mkdirSync(directory.file('publishers'), { recursive: true });
    this.#writeVariables();
    this.#writeState();
  }

  get state(): LocalState {
    return this.#state;
  }

  /** Passwords of the broker's users, at this moment. */
  get logins(): Readonly<Record<string, string>> {
    const { secrets, admin } = this.#settings;
    return { ...secrets.logins(), [admin.username]: admin.password };
  }

  /** To be called when a part has ended or is there again. */
  note(part: keyof LocalState['parts'], partState: PartState): void {
    this.#state = { ...this.#state, parts: { ...this.#state.parts, [part]: partState } };
    this.#writeState();
  }

  /** To be called when what runs has changed. */
  change(state: LocalState): void {
    const { publishers, parts } = this.#state;
    this.#state = { ...state, parts };
    for (const [name, { variablesFile }] of Object.entries(publishers))
      if (!Object.hasOwn(state.publishers, name)) rmSync(variablesFile, { force: true });
    this.#writeVariables();
    this.#writeState();
  }

  /** From now on nothing is written: the folder is about to be given up. */
  stop(): void {
    this.#settings.secrets.onChange = () => undefined;
  }

  #writeState(): void {
    writeWhole(this.#settings.directory.file('state.json'), this.#state, 0o644);
  }

  #writeVariables(): void {
    for (const { secretArn, variablesFile } of Object.values(this.#state.publishers)) {
      const variables = publisherVariables(this.#state, secretArn, this.#settings.operator);
      writeWhole(variablesFile, envFile(variables), 0o600);
    }
  }

  #writeLogins(): void {
    writeWhole(this.#settings.directory.file('credentials.json'), this.logins, 0o600);
  }
}

const credentialsText = ({ accessKeyId, secretAccessKey }: AccessKeys): string =>
  `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
