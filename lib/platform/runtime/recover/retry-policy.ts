import { FunctionEnvironment } from '../../config/function-environment.ts';
import { maximumDelaySeconds } from '../../config/message-limits.ts';
import { defaultRetrySettings, type RetrySettings } from '../../config/retry-settings.ts';
import { ConfigurationError } from '../errors.ts';

const highest: Readonly<Record<keyof RetrySettings, number>> = {
  maxAttempts: 100,
  baseDelaySeconds: maximumDelaySeconds,
  maxDelaySeconds: maximumDelaySeconds,
};

/**
 * The retry schedule of a consumer: its own settings, over those of its function's environment, over the defaults.
 *
 * @param environmentJson value of the environment variable `RETRY_POLICY`; any part may be missing
 * @throws ConfigurationError that names the setting, the value and the limit
 */
export function retryPolicy(own: Partial<RetrySettings> = {}, environmentJson?: string): RetrySettings {
  return { ...defaultRetrySettings, ...fromEnvironment(environmentJson), ...checkedRetrySettings(own, 'retry') };
}

/** @throws ConfigurationError */
export function checkedRetrySettings(settings: unknown, where: string): Partial<RetrySettings> {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw new ConfigurationError(`${where} is not an object; it takes ${Object.keys(highest).join(', ')}`);
  }
  const checked: Partial<Record<keyof RetrySettings, number>> = {};
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined) continue;
    if (!isSetting(name)) {
      throw new ConfigurationError(
        `${where}.${name} is not a retry setting; there are ${Object.keys(highest).join(', ')}`,
      );
    }
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > highest[name]) {
      throw new ConfigurationError(
        `${where}.${name} is ${JSON.stringify(value)}; it takes a whole number from 1 to ${highest[name]}`,
      );
    }
    checked[name] = value;
  }
  return checked;
}

function fromEnvironment(json: string | undefined): Partial<RetrySettings> {
  if (json === undefined || json === '') return {};
  const variable = `environment variable ${FunctionEnvironment.retryPolicy}`;
  let settings: unknown;
  try {
    settings = JSON.parse(json);
  } catch (error) {
    throw new ConfigurationError(`${variable} is not JSON: ${json.slice(0, 100)}`, { cause: error });
  }
  return checkedRetrySettings(settings, variable);
}

const isSetting = (name: string): name is keyof RetrySettings => Object.hasOwn(highest, name);
