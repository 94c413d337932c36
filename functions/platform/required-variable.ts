import { ConfigurationError } from '../../lib/messaging/errors.ts';

/** An environment variable of the function. @throws ConfigurationError that names it when it is not set */
export function requiredVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new ConfigurationError(`environment variable ${name} is not set; the stack sets it for this function`);
  return value;
}
