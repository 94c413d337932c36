import { randomUUID } from 'node:crypto';
import { arn } from '../assembly/pseudo-parameters.ts';
import { AssemblyError } from '../assembly/template.ts';
import { StoredSecret } from './stored-secret.ts';

/** The secrets of a local run, in memory. */
export class SecretStore {
  readonly #secrets: StoredSecret[] = [];
  /** Told whenever a secret is made or changes. */
  onChange: () => void = () => undefined;

  create(name: string, value: string): StoredSecret {
    const versionId = randomUUID();
    const secretArn = arn('secretsmanager', `secret:${name}-${versionId.slice(0, 6)}`);
    const secret = new StoredSecret({ name, arn: secretArn, versionId, value }, () => this.onChange());
    this.#secrets.push(secret);
    this.onChange();
    return secret;
  }

  all(): readonly StoredSecret[] {
    return this.#secrets;
  }

  /** By name, ARN, or ARN without the six random characters. */
  find(secretId: string): StoredSecret | undefined {
    return this.#secrets.find(
      (secret) => secretId === secret.name || secretId === secret.arn || secretId === secret.arn.slice(0, -7),
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

  /** ARN of each secret that holds a user name, by that name. */
  arns(): Record<string, string> {
    return Object.fromEntries(
      this.#secrets.flatMap(({ arn: secretArn, value }) => {
        const username = loginIn(value)?.username;
        return username === undefined ? [] : [[username, secretArn]];
      }),
    );
  }

  /** User name and password of each secret that holds such a pair, and what it held before its last rotation: that login is still good. */
  logins(): Record<string, string> {
    const logins: Record<string, string> = {};
    for (const stage of ['AWSPREVIOUS', 'AWSCURRENT'])
      for (const secret of this.#secrets) {
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
