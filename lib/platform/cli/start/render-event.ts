import { embeddedMetrics, type LocalRunEvent } from '../../local/events.ts';

/** What `nameOf` gives for a function: the queue it reads, or its own name. */
export type NameOf = (functionName: string) => string;

/** One line for the terminal about an event of the run; `undefined` for what would only be noise there. */
export const renderEvent = (event: LocalRunEvent, nameOf: NameOf): string | undefined => {
  switch (event.type) {
    case 'line':
      return embeddedMetrics(event.line) ? undefined : renderLine(nameOf(event.functionName), event.line);
    case 'function-failed':
      return `${nameOf(event.functionName)}  FAILED ${event.error.errorType}: ${event.error.errorMessage}`;
    case 'batch':
      return `${nameOf(event.functionName)}  ${event.records} ${event.records === 1 ? 'record' : 'records'} in ${Math.round(event.milliseconds)} ms${
        event.error ? ', returned to the queue' : ''
      }`;
    case 'stream-batch':
      return `${nameOf(event.functionName)}  ${event.records} stream ${event.records === 1 ? 'record' : 'records'} in ${Math.round(event.milliseconds)} ms${
        event.done < event.records ? `, ${event.records - event.done} to be tried again` : ''
      }`;
    case 'request':
      return `${event.method} ${event.path}  ${event.status} in ${Math.round(event.milliseconds)} ms`;
    case 'record-refused':
      return `${nameOf(event.functionName)}  message ${event.messageId ?? 'without id'} left queue ${event.queue}: ${event.reason}`;
    case 'dead-letter':
      return `${event.queue}  message ${event.messageId ?? 'without id'} went to the dead-letter queue: ${whyDead[event.reason] ?? event.reason}`;
    case 'mapping':
      return event.state === 'Enabled' || event.state === 'Stopped'
        ? undefined
        : `${nameOf(event.functionName)}  mapping of queue ${event.queue} is ${event.state}${event.reason ? `: ${event.reason}` : ''}`;
    case 'left-out':
      return `stack ${event.stack}  left out, because it can't run here: ${event.resources
        .map(({ logicalId, resourceType }) => `${logicalId} (${resourceType})`)
        .join(', ')}; leftOut in .local/state.json says why`;
    case 'notice':
      return event.message;
    case 'environment-started':
    case 'resource':
      return undefined;
  }
};

/** RabbitMQ's reasons. */
const whyDead: Readonly<Record<string, string>> = {
  delivery_limit: 'it came back to its queue too often (delivery_limit)',
  expired: 'its time to live was over (expired)',
  maxlen: 'its queue was full (maxlen)',
  rejected: 'the mapping could not hand it over (rejected)',
};

interface LogEntry {
  readonly level?: string;
  readonly message?: unknown;
  readonly error?: { readonly message?: string };
  /** Of the lines about a message's fate. */
  readonly messageId?: string;
  readonly attempt?: number;
  readonly delaySeconds?: number;
  readonly reason?: string;
  readonly failure?: { readonly message?: string };
}

/** A log entry in JSON is shown by what it says and of which message; its other members are for machines. */
const renderLine = (name: string, line: string): string => {
  if (!line.startsWith('{')) return `${name}  ${line}`;
  try {
    const entry = JSON.parse(line) as LogEntry;
    const { level, message } = entry;
    if (level === undefined || message === undefined) return `${name}  ${line}`;
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    const why = [entry.reason, entry.failure?.message, entry.error?.message].filter((part) => part).join(': ');
    return `${name}  ${level} ${text}${whichMessage(entry)}${why && `: ${why}`}`;
  } catch {
    return `${name}  ${line}`;
  }
};

const whichMessage = ({ messageId, attempt, delaySeconds }: LogEntry): string => {
  if (messageId === undefined) return '';
  const details = [messageId, attempt && `attempt ${attempt}`, delaySeconds && `again in ${delaySeconds} s`];
  return ` (${details.filter((part) => part).join(', ')})`;
};
