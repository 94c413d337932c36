import type { StandardSchemaV1 } from '@standard-schema/spec';
import { delayRoutingKeyOverheadBytes } from '../topology/delay.ts';
import type { CommonConsumerOptions } from './consumer-options.ts';
import { ConfigurationError } from './errors.ts';
import { checkedRetrySettings } from './recover/retry-policy.ts';

/** Options of either kind of consumer, once they have been checked. */
export interface CheckedOptions extends CommonConsumerOptions<never> {
  readonly message?: StandardSchemaV1;
}

type Check = (value: unknown, name: string) => void;

const maximumQueueBytes = 255 - delayRoutingKeyOverheadBytes;
const maximumBodyBytes = 1_073_741_824;

/**
 * @returns a copy
 * @throws ConfigurationError that names the option, its value and what it takes
 */
export function checkOptions(options: unknown): CheckedOptions {
  if (typeof options !== 'object' || options === null)
    fail(`consumer takes an object of options, got ${shown(options)}`);
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(checks, name)) fail(`${name} is not an option; there are ${Object.keys(checks).join(', ')}`);
  }
  for (const [name, check] of Object.entries(checks)) check((options as Record<string, unknown>)[name], name);
  return { ...(options as CheckedOptions) };
}

function fail(message: string): never {
  throw new ConfigurationError(`consumer: ${message}`);
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : String(value);

const optional =
  (check: Check): Check =>
  (value, name) => {
    if (value !== undefined) check(value, name);
  };

const aFunction: Check = (value, name) => {
  if (typeof value !== 'function') fail(`${name} is ${shown(value)}; it takes a function`);
};

const aTracer: Check = (value, name) => {
  const isTracer = typeof value === 'object' && value !== null && 'startActiveSpan' in value;
  if (!isTracer) fail(`${name} is no tracer of OpenTelemetry, as trace.getTracer(name) returns it`);
};

const wholeNumber =
  (highest: number): Check =>
  (value, name) => {
    if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= highest) return;
    fail(`${name} is ${shown(value)}; it takes a whole number from 1 to ${highest}`);
  };

const queueName: Check = (value, name) => {
  if (typeof value !== 'string') fail(`${name} is ${shown(value)}; it takes the name of a queue`);
  const bytes = Buffer.byteLength(value);
  // The delay infrastructure puts the delay in front of it, into a routing key of at most 255 bytes.
  if (bytes < 1 || bytes > maximumQueueBytes) fail(`${name} has ${bytes} bytes; it takes 1 to ${maximumQueueBytes}`);
};

const standardSchema: Check = (value, name) => {
  const isSchema =
    value !== null &&
    (typeof value === 'object' || typeof value === 'function') &&
    '~standard' in value &&
    isVersion1(value['~standard']);
  if (!isSchema)
    fail(`${name} is not a Standard Schema (https://standardschema.dev), as zod, valibot or arktype make them`);
};

const isVersion1 = (props: unknown): boolean =>
  typeof props === 'object' &&
  props !== null &&
  'version' in props &&
  props.version === 1 &&
  'validate' in props &&
  typeof props.validate === 'function';

const claims: Check = (value, name) => {
  if (value !== 'table' && value !== 'none') fail(`${name} is ${shown(value)}; it takes 'table' or 'none'`);
};

const retry: Check = (value, name) => {
  checkedRetrySettings(value, name);
};

const checks: Readonly<Record<keyof CheckedOptions, Check>> = {
  queue: queueName,
  handle: aFunction,
  message: optional(standardSchema),
  concurrency: optional(wholeNumber(1000)),
  orderBy: optional(aFunction),
  claims: optional(claims),
  retry: optional(retry),
  classify: optional(aFunction),
  tracer: optional(aTracer),
  maxBodyBytes: optional(wholeNumber(maximumBodyBytes)),
};
