import type { ShownError } from '../render-error.ts';

/** What a function logged, as far as a line for a person needs it. */
export interface LogEntry {
  readonly at?: Date;
  readonly level: string;
  /** Who logged it, where the entry says so. */
  readonly name?: string;
  readonly message: string;
  readonly fields: readonly (readonly [name: string, value: unknown])[];
  readonly errors: readonly ShownError[];
}

/** What the logger says of the function and of the invocation: the same in each of its lines. */
const context = new Set([
  'timestamp',
  'level',
  'message',
  'consumer',
  'service',
  'sampling_rate',
  'cold_start',
  'function_arn',
  'function_memory_size',
  'function_name',
  'function_request_id',
  'xray_trace_id',
  'requestId',
]);

/** By which the lines about a message are found again. They come last: what the handler says of it comes first. */
const ofMessage = ['messageId', 'attempt', 'queue', 'trace_id'];

/** An entry of Powertools' logger, or what Lambda makes of `console.log`; `undefined` for any other line. */
export const parseLogLine = (line: string): LogEntry | undefined =>
  line.startsWith('{') ? ofJson(line) : ofConsole(line);

const ofJson = (line: string): LogEntry | undefined => {
  const entry = parsed(line);
  const { level, message, timestamp, consumer, service } = entry ?? {};
  if (entry === undefined || typeof level !== 'string' || message === undefined) return undefined;
  const rest = Object.entries(entry)
    .filter(([name]) => !context.has(name))
    .sort(([a], [b]) => ofMessage.indexOf(a) - ofMessage.indexOf(b));
  const name = [consumer, service].find((each) => typeof each === 'string');
  return {
    ...timeOf(timestamp),
    level,
    ...(typeof name === 'string' && { name }),
    message: typeof message === 'string' ? message : JSON.stringify(message),
    fields: rest.filter(([, value]) => errorOf(value) === undefined),
    errors: rest.flatMap(([, value]) => errorOf(value) ?? []),
  };
};

/** Lambda's text format: time, request id, level and text with tabs between them, each line end of the text as a carriage return. */
const ofConsole = (line: string): LogEntry | undefined => {
  const [, timestamp, level = '', text = ''] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)\t[^\t]*\t([A-Z]+)\t(.*)$/s.exec(line) ?? [];
  if (timestamp === undefined) return undefined;
  const [, message = text, json] = /^([^\t{]*) \t(\{.*\})$/s.exec(text) ?? [];
  const error = json === undefined ? undefined : errorOf(parsed(json));
  return {
    ...timeOf(timestamp),
    level,
    message: error === undefined ? text : message,
    fields: [],
    errors: error === undefined ? [] : [error],
  };
};

const parsed = (json: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};

const timeOf = (timestamp: unknown): { readonly at?: Date } => {
  const at = typeof timestamp === 'string' ? new Date(timestamp) : undefined;
  return at === undefined || Number.isNaN(at.getTime()) ? {} : { at };
};

/** An error as this run time, Powertools (`name`) or Lambda (`errorType`) describe it. */
const errorOf = (value: unknown): ShownError | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, name, message, stack, cause, errorType, errorMessage } = value as Readonly<Record<string, unknown>>;
  const kind = [errorType, type, name].find((each) => typeof each === 'string');
  const text = [errorMessage, message].find((each) => typeof each === 'string');
  if (typeof kind !== 'string' || typeof text !== 'string') return undefined;
  const behind = errorOf(cause);
  return {
    type: kind,
    message: text,
    ...(stack !== undefined && { stack: Array.isArray(stack) ? stack.join('\n') : String(stack) }),
    ...(behind !== undefined && { cause: behind }),
  };
};
