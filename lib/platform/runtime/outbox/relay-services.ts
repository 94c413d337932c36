import type { MessagePublisher } from '../publisher.ts';
import type { OutboxStore } from './outbox-store.ts';

export interface RelayLog {
  warn(message: string, details: Record<string, unknown>): void;
  error(message: string, details: Record<string, unknown>): void;
}

/** What the relay works with, for as long as its process lives. */
export interface RelayServices {
  readonly store: OutboxStore;
  readonly publisher: MessagePublisher;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: RelayLog;
}

/** One run of the relay. */
export interface Relay extends RelayServices {
  /** Token of this run; no other has it. */
  readonly owner: string;
  /** Milliseconds since the epoch: nothing is published after this. */
  readonly publishBy: number;
  /** Milliseconds since the epoch: when this run is over for certain, so that others may take what it has. */
  readonly leaseUntil: number;
  /** Keys that are worked on at the same time. @default 50 */
  readonly concurrency?: number;
}
