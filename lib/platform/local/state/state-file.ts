import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import type { LeftOut } from '../left-out.ts';
import type { PartState } from '../supervision.ts';

export interface LocalPublisher {
  /** At `endpoints.aws`. */
  readonly secretArn: string;
  /** Variables for its program, `NAME=value` a line; readable by its owner only. */
  readonly variablesFile: string;
}

/** `.local/state.json`: where the parts of a running local run are, for other tools. */
export interface LocalState {
  /** Process that holds everything together. */
  readonly pid: number;
  readonly vhost: string;
  readonly broker: {
    /** `amqps://localhost:PORT` */
    readonly amqps: string;
    /** `https://localhost:PORT` */
    readonly management: string;
    /** PEM of the CA to trust; absent where the system's own do. */
    readonly caFile?: string;
    /** JSON of broker users and their passwords; readable by its owner only. */
    readonly credentialsFile: string;
    readonly version: string;
  };
  /** Who publishes from outside of the stacks, by name. */
  readonly publishers: Readonly<Record<string, LocalPublisher>>;
  readonly queues: readonly string[];
  readonly deadLetterQueues: readonly string[];
  /** Names by logical id. */
  readonly tables: Readonly<Record<string, string>>;
  /** S3 buckets, names by logical id. */
  readonly buckets: Readonly<Record<string, string>>;
  /** By function name: the queues it reads. */
  readonly functions: Readonly<Record<string, { readonly queues: readonly string[] }>>;
  readonly endpoints: {
    readonly aws: string;
    readonly dynamoDb: string;
    readonly s3: string;
    /** `http://127.0.0.1:PORT`, the HTTP API that takes events at `POST /events/{type}`; absent where the assembly has none. */
    readonly httpApi?: string;
  };
  /** Function that pauses and resumes consumers; absent where the assembly has none. */
  readonly consumerControl?: string;
  /** Resources of the stacks that are not in the run, and why. */
  readonly leftOut: readonly LeftOut[];
  /** Whether the processes that hold the data are there; a broker of the user's own always counts as running. Changes while the run goes on. */
  readonly parts: { readonly broker: PartState; readonly dynamoDb: PartState };
  /** For signed requests to the endpoints. */
  readonly aws: {
    readonly region: string;
    /** Access key in the format of `~/.aws/credentials`; readable by its owner only. */
    readonly credentialsFile: string;
  };
}

/** Writes a text, or the JSON of anything else, at once or not at all, so that no reader sees half of it. */
export const writeWhole = (file: string, content: unknown, mode: number): void => {
  const draft = `${file}.${process.pid}`;
  const text = typeof content === 'string' ? content : `${JSON.stringify(content, undefined, 2)}\n`;
  writeFileSync(draft, text, { mode });
  chmodSync(draft, mode);
  renameSync(draft, file);
};
