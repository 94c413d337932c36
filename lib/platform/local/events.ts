import type { LeftOut } from './left-out.ts';
import type { MappingState } from './mapping/mapping-state.ts';
import type { FunctionError } from './runtime/invocation.ts';

/** What happens in a local run, as it happens. */
export type LocalRunEvent =
  /** A line that a function wrote: text, a log entry in JSON, or metrics in CloudWatch's embedded metric format. */
  | {
      readonly type: 'line';
      readonly functionName: string;
      readonly stream: 'stdout' | 'stderr';
      readonly line: string;
      /** Folder of the bundle that wrote it, to which the paths in its stacks are absolute. */
      readonly code: string;
    }
  /** A function is made. What happens to it is told from now on. */
  | {
      readonly type: 'function';
      readonly functionName: string;
      /** What its logs call it; of a consumer, the consumer's name. Absent where the template does not say it (`POWERTOOLS_SERVICE_NAME`). */
      readonly service?: string;
    }
  /** A new execution environment loaded its handler. */
  | {
      readonly type: 'environment-started';
      readonly functionName: string;
      readonly pid: number;
      readonly milliseconds: number;
    }
  | {
      readonly type: 'function-failed';
      readonly functionName: string;
      readonly error: FunctionError;
      /** Folder of the bundle that failed. */
      readonly code: string;
    }
  /** A mapping handed a batch to its function. */
  | {
      readonly type: 'batch';
      readonly functionName: string;
      readonly queue: string;
      readonly records: number;
      readonly milliseconds: number;
      readonly error?: FunctionError;
    }
  /** A mapping handed records of a table's stream to its function, which is done with so many of them. */
  | {
      readonly type: 'stream-batch';
      readonly functionName: string;
      readonly streamArn: string;
      readonly records: number;
      readonly done: number;
      readonly milliseconds: number;
    }
  /** A message that no function can be given; it left the queue, to its dead-letter queue if it has one. */
  | {
      readonly type: 'record-refused';
      readonly functionName: string;
      readonly queue: string;
      readonly messageId?: string;
      readonly reason: string;
    }
  /** The broker itself made a dead letter of a message. */
  | {
      readonly type: 'dead-letter';
      /** The consumed queue that the message left. */
      readonly queue: string;
      readonly messageId?: string;
      /** In RabbitMQ's words: `expired`, `delivery_limit`, `rejected`, `maxlen`. */
      readonly reason: string;
    }
  | {
      readonly type: 'mapping';
      readonly functionName: string;
      readonly queue: string;
      readonly state: MappingState;
      readonly reason?: string;
    }
  /** An HTTP API answered a request. */
  | {
      readonly type: 'request';
      readonly method: string;
      /** With query. */
      readonly path: string;
      readonly status: number;
      readonly milliseconds: number;
    }
  | {
      readonly type: 'resource';
      readonly stack: string;
      readonly logicalId: string;
      readonly resourceType: string;
      readonly milliseconds: number;
    }
  /** A stack is there, without what this machine cannot run. */
  | { readonly type: 'left-out'; readonly stack: string; readonly resources: readonly LeftOut[] }
  /** Something that whoever started the run should know. */
  | { readonly type: 'notice'; readonly message: string };

/** Metrics of a line in embedded metric format by name; `undefined` for any other line. */
export const embeddedMetrics = (line: string): Record<string, number> | undefined => {
  if (!line.startsWith('{') || !line.includes('"CloudWatchMetrics"')) return undefined;
  try {
    const entry = JSON.parse(line) as Record<string, unknown> & {
      _aws?: { CloudWatchMetrics?: { Metrics?: { Name: string }[] }[] };
    };
    const metrics: Record<string, number> = {};
    for (const { Metrics = [] } of entry._aws?.CloudWatchMetrics ?? [])
      for (const { Name } of Metrics) {
        const value = entry[Name];
        metrics[Name] = Array.isArray(value)
          ? value.reduce((sum: number, each: number) => sum + each, 0)
          : Number(value);
      }
    return metrics;
  } catch {
    return undefined;
  }
};
