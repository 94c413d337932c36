/** What a broker user logs in with. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Where credentials come from. */
export interface CredentialsSource {
  /** Reads the credentials anew. */
  read(): Promise<Credentials>;
  /** Whether reading again may give other credentials, so that trying again after a refused login makes sense. */
  readonly renewable: boolean;
}

/** The secret with the broker's credentials cannot be read or does not hold any. Never quotes the secret. */
export class BrokerSecretError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BrokerSecretError';
  }
}

export const fixedCredentials = (credentials: Credentials): CredentialsSource => ({
  renewable: false,
  read: () => Promise.resolve(credentials),
});

/** Credentials in a Secrets Manager secret `{"username","password"}`. */
export function secretCredentials(secretArn: string): CredentialsSource {
  return {
    renewable: true,
    async read() {
      const { readSecret } = await import('../read-secret.ts');
      try {
        return parseSecret(await readSecret(secretArn), secretArn);
      } catch (error) {
        if (error instanceof BrokerSecretError) throw error;
        throw new BrokerSecretError(`secret ${secretArn} cannot be read: ${describe(error)}`, { cause: error });
      }
    },
  };
}

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** @throws {BrokerSecretError} when the text is not JSON with a user name and a password */
export function parseSecret(text: string | undefined, secretArn: string): Credentials {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    // The parser's own error quotes the text.
    throw new BrokerSecretError(`secret ${secretArn} is not JSON; it must be {"username": …, "password": …}`);
  }
  const { username, password } = (value ?? {}) as Record<string, unknown>;
  if (typeof username !== 'string' || username === '')
    throw new BrokerSecretError(`secret ${secretArn} has no "username"`);
  if (typeof password !== 'string' || password === '')
    throw new BrokerSecretError(`secret ${secretArn} has no "password"`);
  return { username, password };
}
