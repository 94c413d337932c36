import type { Environment } from './environment.ts';
import { OperatorError } from './operator-error.ts';
import { validateEnvironment } from './validation/validate-environment.ts';

/** What the command line chose: `-c env=…`, `-c vhost=…`. Context values are untyped, so they are checked here. */
export interface Selection {
  /** @default dev */
  readonly env?: unknown;
  /** @default the environment's own */
  readonly vhost?: unknown;
}

/** `-c env=<name>` names none of the environments. */
export class UnknownEnvironmentError extends OperatorError {
  override readonly name = 'UnknownEnvironmentError';

  constructor(asked: unknown, known: readonly string[]) {
    super(`env is ${JSON.stringify(asked)}; known are ${known.join(', ')} (lib/environments.ts)`);
  }
}

/**
 * The one of the known environments that is to be synthesized, validated.
 * @throws UnknownEnvironmentError
 * @throws InvalidConfigurationError naming every value that is out of its limits
 */
export const selectEnvironment = (known: readonly Environment[], selection: Selection): Environment => {
  const asked = selection.env ?? 'dev';
  const found = known.find(({ name }) => name === asked);
  if (found === undefined) {
    throw new UnknownEnvironmentError(
      asked,
      known.map(({ name }) => name),
    );
  }
  const environment = selection.vhost === undefined ? found : { ...found, vhost: String(selection.vhost) };
  validateEnvironment(environment);
  return environment;
};
