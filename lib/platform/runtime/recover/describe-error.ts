import { inspect } from 'node:util';
import { truncateUtf8 } from '../truncate-utf8.ts';

/** What headers and logs say about an error. All parts are bounded. */
export interface ErrorDescription {
  /** Name of the class, or the kind of a value that is not an error: `string`, `null`, … At most 200 bytes. */
  readonly type: string;
  /** At most 8 KiB. */
  readonly message: string;
  /** With the causes behind it. At most 24 KiB. */
  readonly stack?: string;
}

const maximumTypeBytes = 200;
const maximumMessageBytes = 8 * 1024;
const maximumStackBytes = 24 * 1024;
const maximumCauses = 5;

/** Describes whatever was thrown, also what throws when it is looked at: getters, proxies, circular and huge values. */
export function describeError(thrown: unknown): ErrorDescription {
  if (!isError(thrown)) {
    return { type: kindOf(thrown), message: truncateUtf8(textOf(thrown), maximumMessageBytes) };
  }
  const stack = stackOf(thrown);
  return {
    type: truncateUtf8(classNameOf(thrown), maximumTypeBytes),
    message: truncateUtf8(stringProperty(thrown, 'message') ?? '', maximumMessageBytes),
    ...(stack === undefined ? {} : { stack: truncateUtf8(stack, maximumStackBytes) }),
  };
}

function isError(value: unknown): value is Error {
  try {
    return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
  } catch {
    return false;
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  return truncateUtf8(classNameOf(value), maximumTypeBytes);
}

function classNameOf(value: object): string {
  const name = stringProperty(value, 'name');
  if (name !== undefined && name !== '' && name !== 'Error') return name;
  const maker = property(value, 'constructor');
  const className = typeof maker === 'function' ? stringProperty(maker, 'name') : undefined;
  return className || name || 'object';
}

function stackOf(error: Error): string | undefined {
  let text = stringProperty(error, 'stack');
  let cause = property(error, 'cause');
  for (let depth = 0; depth < maximumCauses && cause !== undefined; depth++) {
    const next = isError(cause) ? stringProperty(cause, 'stack') : textOf(cause);
    text = `${(text ?? '').slice(0, maximumStackBytes)}\nCaused by: ${(next ?? '').slice(0, maximumStackBytes)}`;
    cause = isError(cause) ? property(cause, 'cause') : undefined;
  }
  return text;
}

/** Text of a value that is not an error. Depth, lengths and the value's own code are kept out of it. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, maximumMessageBytes);
  const message = typeof value === 'object' && value !== null ? stringProperty(value, 'message') : undefined;
  if (message !== undefined) return message.slice(0, maximumMessageBytes);
  try {
    return inspect(value, {
      depth: 2,
      breakLength: Number.POSITIVE_INFINITY,
      maxArrayLength: 20,
      maxStringLength: 1000,
      customInspect: false,
      showProxy: true,
      getters: false,
    }).slice(0, maximumMessageBytes);
  } catch (error) {
    return `a value that cannot be looked at (${isError(error) ? stringProperty(error, 'message') : 'it throws'})`;
  }
}

function stringProperty(of: object, name: string): string | undefined {
  const value = property(of, name);
  return typeof value === 'string' ? value : undefined;
}

function property(of: object, name: string): unknown {
  try {
    return (of as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}
