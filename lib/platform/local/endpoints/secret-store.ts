import { randomUUID } from 'node:crypto';
import { arn } from '../assembly/pseudo-parameters.ts';
import { AssemblyError } from '../assembly/template.ts';
import { StoredSecret } from './stored-secret.ts';

/** A secret that is there before the stacks are, as one that somebody has made by hand. */
export interface GivenSecret {
  /** Name or ARN by which functions ask for it. */
  readonly id: string;
  /** Undefined: nobody has given it one. */
  readonly value: string | undefined;
}

/** The secrets of a local run, in memory. */
export class SecretStore {
  /** With the broker user that each was made for: a rotation puts the other one of the pair into it. */
  readonly #secrets = new Map<StoredSecret, string | undefined>();
  /** Not of the stacks: no logins of the broker's users are among them. */
  readonly #given: readonly StoredSecret[];
  /** Told whenever a secret is made or changes. */
  onChange: () => void = () => undefined;

  constructor(given: readonly GivenSecret[] = []) {
    this.#given = given.map(({ id, value }) => this.#make(id, value));
  }

  create(name: string, value: string): StoredSecret {
    const secret = this.#make(name, value);
    this.#secrets.set(secret, loginIn(value)?.username);
    this.onChange();
    return secret;
  }

  delete(secret: StoredSecret): void {
    this.#secrets.delete(secret);
    this.onChange();
  }

  all(): readonly StoredSecret[] {
    return [...this.#secrets.keys()];
  }

  /** By name, ARN, or ARN without the six random characters. */
  find(secretId: string): StoredSecret | undefined {
    return [...this.#secrets.keys(), ...this.#given].find(
      (secret) => secretId === secret.name || secretId === secret.arn || secretId === secret.arn.slice(0, -7),
    );
  }

  /** @param id name, or ARN with or without the six random characters */
  #make(id: string, value: string | undefined): StoredSecret {
    const versionId = randomUUID();
    const whole = id.startsWith('arn:') ? id : arn('secretsmanager', `secret:${id}`);
    const isComplete = id.startsWith('arn:') && /-[A-Za-z0-9]{6}$/.test(id);
    return new StoredSecret(
      {
        name: id.replace(/^arn:.*:secret:/, '').replace(isComplete ? /-[A-Za-z0-9]{6}$/ : '', ''),
        arn: isComplete ? whole : `${whole}-${versionId.slice(0, 6)}`,
        versionId,
        value,
      },
      () => this.onChange(),
    );
  }

  /**
   * The whole value or a member of its JSON.
   * @throws AssemblyError for a secret or member that does not exist
   */
  read(secretId: string, jsonKey?: string): string {
    const secret = this.find(secretId);
    if (!secret) throw new AssemblyError(`secret ${secretId} does not exist`);
    if (jsonKey === undefined) return secret.value;
    const member: unknown = (JSON.parse(secret.value) as Record<string, unknown>)[jsonKey];
    if (typeof member !== 'string') throw new AssemblyError(`secret ${secret.name} has no string ${jsonKey}`);
    return member;
  }

  /** ARN of the secret of each broker user, by the name that it held at first. */
  arns(): Record<string, string> {
    return Object.fromEntries(
      [...this.#secrets].flatMap(([secret, user]) => (user === undefined ? [] : [[user, secret.arn]])),
    );
  }

  /** User name and password of each secret that holds such a pair, and what it held before its last rotation: that login is still good. */
  logins(): Record<string, string> {
    const logins: Record<string, string> = {};
    for (const stage of ['AWSPREVIOUS', 'AWSCURRENT'])
      for (const secret of this.#secrets.keys()) {
        const login = loginIn(secret.version({ stage })?.value ?? '');
        if (login) logins[login.username] = login.password;
      }
    return logins;
  }
}

const loginIn = (value: string): { readonly username: string; readonly password: string } | undefined => {
  if (!value.startsWith('{')) return undefined;
  const { username, password } = JSON.parse(value) as { username?: unknown; password?: unknown };
  return typeof username === 'string' && typeof password === 'string' ? { username, password } : undefined;
};
