import type { SecretOf, VariableOf } from '../config/environment-for.ts';
import { secretVariable } from '../config/function-environment.ts';
import { systemClock } from '../time/clock.ts';
import { MessagingError } from './errors.ts';
import { requiredVariable } from './required-variable.ts';
import { SecretCache } from './secret-cache.ts';

/** A secret cannot be read, or has no text. Names the secret and the reason, never what is in it. */
export class SecretError extends MessagingError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SecretError';
  }
}

export interface SecretOptions {
  /**
   * How old a value may be, in seconds. 0 reads it anew: where a provider refuses it, somebody may have changed it.
   * @default 300
   */
  readonly maximumAgeSeconds?: number;
}

/** Those of this process. */
export const secretCache = new SecretCache(async (id) => {
  const { readSecret } = await import('./read-secret.ts');
  const text = await readSecret(id);
  if (text === undefined) throw new Error('it has no text; binary secrets cannot be read');
  return text;
}, systemClock);

/**
 * Finds the variables and secrets that consumers of the application `App` use. Import the application's type only: a bundle with the whole of it would be
 * deployed anew with each change of it.
 *
 * @example
 * export const { variable, secret } = settings<typeof app>();
 */
export const settings = <App>() => ({
  /**
   * Value of a variable in the environment that the function is deployed to.
   * @throws ConfigurationError where the consumer does not use it
   */
  variable: (name: VariableOf<App>): string =>
    requiredVariable(name, `the consumer has no variable '${name}' in lib/app.ts`),

  /**
   * Text of a secret. It is read from Secrets Manager when it is first needed, and again when it has become too old.
   * @throws ConfigurationError where the consumer does not use it
   * @throws SecretError where it cannot be read; the message is retried
   */
  secret: async (name: SecretOf<App>, { maximumAgeSeconds = 300 }: SecretOptions = {}): Promise<string> => {
    const id = requiredVariable(secretVariable(name), `the consumer has no secret '${name}' in lib/app.ts`);
    try {
      return await secretCache.get(id, maximumAgeSeconds * 1000);
    } catch (cause) {
      const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
      throw new SecretError(`secret ${name} (${id}) cannot be read: ${reason}`, { cause });
    }
  },
});
