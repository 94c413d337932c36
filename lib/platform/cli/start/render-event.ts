import { embeddedMetrics, type LocalRunEvent } from '../../local/events.ts';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { ofFailure, renderError, type ShownError } from '../render-error.ts';
import { type LogEntry, parseLogLine } from './log-entry.ts';

export interface EventView {
  /** What people call a function: the consumer that it is, or its service. */
  readonly nameOf: (functionName: string) => string;
  readonly paint: Paint;
  /** Time of the event. */
  readonly at: Date;
}

/** Longer values of fields end in `…`. */
const longestValue = 300;

/**
 * The lines for the terminal about an event of the run, of which only the first begins at the margin: time, level, who, what. None for what would only be
 * noise there. They can be written as they are.
 */
export const renderEvent = (event: LocalRunEvent, view: EventView): readonly string[] => {
  const { nameOf, paint } = view;
  const row = (name: string, text: string, level = ''): string[] => [
    rowOf(view, { at: view.at, level, name }, printable(text)),
  ];
  const calm = (name: string, text: string): string[] => [
    rowOf(view, { at: view.at, level: '', name }, paint('dim', printable(text))),
  ];
  switch (event.type) {
    case 'line':
      return embeddedMetrics(event.line) || isInvokeError(event.line) ? [] : logLines(event, view);
    case 'function-failed':
      return [
        ...row(nameOf(event.functionName), 'the function failed', 'ERROR'),
        ...below([ofFailure(event.error)], event.code, paint),
      ];
    case 'batch': {
      const text = `${counted(event.records, 'record')} in ${Math.round(event.milliseconds)} ms`;
      return event.error ? row(event.queue, `${text}, returned to the queue`, 'WARN') : calm(event.queue, text);
    }
    case 'stream-batch':
      return calm(
        nameOf(event.functionName),
        `${counted(event.records, 'stream record')} in ${Math.round(event.milliseconds)} ms${
          event.done < event.records ? `, ${event.records - event.done} to be tried again` : ''
        }`,
      );
    case 'request':
      return calm('HTTP API', `${event.method} ${event.path}  ${event.status} in ${Math.round(event.milliseconds)} ms`);
    case 'record-refused':
      return row(event.queue, `message ${event.messageId ?? 'without id'} left the queue: ${event.reason}`, 'ERROR');
    case 'dead-letter': {
      const why = whyDead[event.reason] ?? event.reason;
      return row(
        event.queue,
        `message ${event.messageId ?? 'without id'} went to the dead-letter queue: ${why}`,
        'ERROR',
      );
    }
    case 'mapping':
      return event.state === 'Enabled' || event.state === 'Stopped'
        ? []
        : row(event.queue, `the mapping is ${event.state}${event.reason ? `: ${event.reason}` : ''}`, 'WARN');
    case 'left-out': {
      const resources = event.resources.map(({ logicalId, resourceType }) => `${logicalId} (${resourceType})`);
      const what = `left out, because it can't run here: ${resources.join(', ')}; leftOut in .local/state.json says why`;
      return row(`stack ${event.stack}`, what, 'WARN');
    }
    case 'notice': {
      const [first = '', ...more] = event.message.split('\n');
      return [...row('', first), ...more.map((line) => margin + printable(line))];
    }
    case 'function':
    case 'environment-started':
    case 'resource':
      return [];
  }
};

/** RabbitMQ's reasons. */
const whyDead: Readonly<Record<string, string>> = {
  delivery_limit: 'it came back to its queue too often (delivery_limit)',
  expired: 'its time to live was over (expired)',
  maxlen: 'its queue was full (maxlen)',
  rejected: 'the mapping could not hand it over (rejected)',
};

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** What Lambda logs of an invocation that failed. The run tells it, too. */
const isInvokeError = (line: string): boolean => /\tERROR\tInvoke Error \t/.test(line);

const logLines = (
  { functionName, line, code }: LocalRunEvent & { readonly type: 'line' },
  view: EventView,
): readonly string[] => {
  const entry = parseLogLine(line);
  const name = entry?.name ?? view.nameOf(functionName);
  if (entry === undefined) return [rowOf(view, { at: view.at, level: '', name }, printable(line))];
  const [first = '', ...more] = entry.message.split(/[\n\r]/);
  const text = [printable(first), ...fieldTexts(entry, name, view.paint)].join('  ');
  return [
    rowOf(view, { at: entry.at ?? view.at, level: entry.level, name }, text),
    ...more.map((each) => margin + printable(each)),
    ...below(entry.errors, code, view.paint),
  ];
};

/** The queue of a message goes without saying where the consumer has one only. */
const fieldTexts = ({ fields }: LogEntry, name: string, paint: Paint): string[] => {
  const told = fields.filter(([field, value]) => !(field === 'queue' && value === name));
  if (told.length === 0) return [];
  return [
    told.map(([field, value]) => `${paint('dim', `${printable(field)}=`)}${printable(valueText(value))}`).join(' '),
  ];
};

const valueText = (value: unknown): string => {
  const text = typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
};

/** Whatever a message holds, nothing of it begins at the margin, where it would pass for a line of the run's own. */
const margin = ' '.repeat('00:00:00.000 ERROR '.length);

const below = (errors: readonly ShownError[], code: string, paint: Paint): string[] =>
  errors.flatMap((error) => renderError(error, code, paint)).map((line) => margin + line);

const rowOf = (
  { paint }: EventView,
  { at, level, name }: { readonly at: Date; readonly level: string; readonly name: string },
  text: string,
): string => {
  const tone = { ERROR: 'bad', CRITICAL: 'bad', FATAL: 'bad', WARN: 'warning' } as const;
  const shownLevel = printable(level).slice(0, 5).padEnd(5);
  const painted = level in tone ? paint(tone[level as keyof typeof tone], shownLevel) : shownLevel;
  const who = name === '' ? '' : `${paint('strong', printable(name))}  `;
  return `${paint('dim', timeOf(at))} ${painted} ${who}${text}`;
};

/** On the clock of this machine. */
const timeOf = (at: Date): string =>
  [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':') +
  `.${String(at.getMilliseconds()).padStart(3, '0')}`;
