import type { LocalMapping } from './local-mapping.ts';

/** Who consumes a queue, and how, as Lambda's API shows and changes it. */
export interface EventSourceMapping {
  readonly id: string;
  readonly arn: string;
  readonly functionArn: string;
  readonly eventSourceArn: string;
  readonly queue: string;
  readonly vhost: string;
  readonly batchSize: number;
  readonly windowSeconds: number;
  /** ARN of the secret that it logs in with, read for each connection. */
  secretArn: string;
  /** Seconds since the epoch. */
  lastModified: number;
  /** What it is being changed to, while it is. */
  transition?: 'Enabling' | 'Disabling' | 'Updating';
  readonly mapping: LocalMapping;
}

/** The RabbitMQ mappings of a local run, by their ids. */
export type EventSourceMappings = ReadonlyMap<string, EventSourceMapping>;
