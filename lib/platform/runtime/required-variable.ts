import { ConfigurationError } from './errors.ts';

/**
 * An environment variable of the function.
 *
 * @param purpose what the function needs it for; completes the error's sentence
 * @throws ConfigurationError that names the variable, when it is not set or empty
 */
export function requiredVariable(
  name: string,
  purpose = 'the stack sets it for this function',
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const value = environment[name];
  if (!value) throw new ConfigurationError(`environment variable ${name} is not set; ${purpose}`);
  return value;
}
