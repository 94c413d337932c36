import type { OutboxRef } from './outbox-table.ts';

/** What a scheduled run of the relay found waiting. */
export interface Backlog {
  messages: number;
  /** Milliseconds since the epoch; `undefined` when nothing waits. */
  oldestAddedAt: number | undefined;
}

/** When a message was added, in milliseconds since the epoch: a position is a UUIDv7, which begins with it. */
export const addedAt = ({ position }: OutboxRef): number =>
  Number.parseInt(position.replaceAll('-', '').slice(0, 12), 16);

export const watchBacklog = (backlog: Backlog, ref: OutboxRef): void => {
  backlog.messages += 1;
  backlog.oldestAddedAt = Math.min(backlog.oldestAddedAt ?? Number.POSITIVE_INFINITY, addedAt(ref));
};
