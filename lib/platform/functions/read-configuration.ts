import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledConfiguration } from '../config/bundled-configuration.ts';
import { ConfigurationError } from '../runtime/errors.ts';
import { requiredVariable } from '../runtime/required-variable.ts';

/**
 * What the stack has put into the function's bundle for it.
 * @param folder @default where Lambda has the function's code
 * @throws ConfigurationError
 */
export function readConfiguration(folder = requiredVariable('LAMBDA_TASK_ROOT', 'Lambda sets it')): unknown {
  const file = join(folder, bundledConfiguration);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (cause) {
    throw new ConfigurationError(`${file} cannot be read; the stack bundles it with this function`, { cause });
  }
}
