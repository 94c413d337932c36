import { parseArgs } from 'node:util';
import { maximumDelaySeconds } from '../../../config/message-limits.ts';
import { UsageError } from '../command.ts';

/** Where the events come from. */
export type Input =
  | { readonly kind: 'data'; readonly json: string }
  /** The one of `functions/events.ts`. */
  | { readonly kind: 'example' }
  /** `-` is standard input. `whole`: one body; otherwise a line each. */
  | { readonly kind: 'file'; readonly file: string; readonly whole: boolean };

export interface PublishCommandOptions {
  /** Absent: each line says it. */
  readonly type?: string;
  readonly input: Input;
  readonly exchange?: string;
  readonly routingKey?: string;
  readonly id?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly delay?: number;
  readonly timeoutSeconds: number;
  readonly json: boolean;
  readonly urls: readonly string[];
  readonly caFile?: string;
  readonly username?: string;
  readonly stateFile?: string;
}

/** @throws UsageError naming the option, its value and what it takes */
export function parsePublishOptions(args: readonly string[]): PublishCommandOptions {
  const { values, positionals } = parsed(args);
  const fromStdin = positionals.includes('-');
  const [type, ...rest] = positionals.filter((positional) => positional !== '-');
  if (rest.length > 0)
    throw new UsageError(`'${rest[0]}' is one type too many; events of several types come a line each, without TYPE`);
  const sources = [values.data !== undefined, values.example, values.file !== undefined, fromStdin].filter(Boolean);
  if (sources.length !== 1) throw new UsageError('give one of --data, --example, --file and -');
  const input = inputOf(values);
  if (input.kind !== 'file' && values.whole) throw new UsageError('--whole goes with --file or -');
  if (type === undefined) {
    if (input.kind !== 'file' || input.whole) throw new UsageError('TYPE is missing');
    for (const option of ['exchange', 'routing-key', 'id', 'content-type'] as const)
      if (values[option] !== undefined)
        throw new UsageError(`--${option} goes with TYPE; without it, each line says its own`);
  }
  // What an unset variable of a script leaves. Without an id, the same command said again would be another message.
  if (type === '') throw new UsageError('TYPE is empty');
  if (values.id === '') throw new UsageError('--id is empty; leave it out, or give 1 to 255 bytes');
  return {
    ...(type === undefined ? {} : { type }),
    input,
    ...(values.exchange === undefined ? {} : { exchange: values.exchange }),
    ...(values['routing-key'] === undefined ? {} : { routingKey: values['routing-key'] }),
    ...(values.id === undefined ? {} : { id: values.id }),
    headers: Object.fromEntries((values.header ?? []).map(header)),
    ...(values['content-type'] === undefined ? {} : { contentType: values['content-type'] }),
    ...(values.delay === undefined ? {} : { delay: seconds('--delay', values.delay, 0, maximumDelaySeconds) }),
    timeoutSeconds: seconds('--timeout', values.timeout ?? '30', 0.1, 86_400),
    json: values.json ?? false,
    urls: values.url ?? [],
    ...(values.ca === undefined ? {} : { caFile: values.ca }),
    ...(values.username === undefined ? {} : { username: values.username }),
    ...(values.state === undefined ? {} : { stateFile: values.state }),
  };
}

const inputOf = ({ data, example, file, whole }: ReturnType<typeof parsed>['values']): Input => {
  if (data !== undefined) return { kind: 'data', json: data };
  return example ? { kind: 'example' } : { kind: 'file', file: file ?? '-', whole: whole ?? false };
};

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        example: { type: 'boolean' },
        file: { type: 'string' },
        whole: { type: 'boolean' },
        exchange: { type: 'string' },
        'routing-key': { type: 'string' },
        id: { type: 'string' },
        header: { type: 'string', multiple: true },
        'content-type': { type: 'string' },
        delay: { type: 'string' },
        timeout: { type: 'string' },
        json: { type: 'boolean' },
        url: { type: 'string', multiple: true },
        ca: { type: 'string' },
        username: { type: 'string' },
        state: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function header(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--header is '${text}'; it takes NAME=VALUE`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function seconds(option: string, text: string, least: number, most: number): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${option} is '${text}'; it takes seconds from ${least} to ${most}`);
}
