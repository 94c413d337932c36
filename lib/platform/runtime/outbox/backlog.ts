import type { OutboxRef } from './outbox-ref.ts';
import type { OutboxStore } from './outbox-store.ts';

/** What a scheduled run of the relay found waiting. */
export interface Backlog {
  readonly messages: number;
  /** Milliseconds since the epoch; `undefined` when nothing waits. */
  readonly oldestAddedAt: number | undefined;
}

/** When a message was added, in milliseconds since the epoch: a position is a UUIDv7, which begins with it. */
export const addedAt = ({ position }: OutboxRef): number =>
  Number.parseInt(position.replaceAll('-', '').slice(0, 12), 16);

/**
 * Counts everything that waits, whatever becomes of it meanwhile.
 *
 * @param countBy milliseconds since the epoch: what was not seen by then is missing
 * @returns `complete` is `false` when something may be missing
 * @throws {OutboxUnavailableError}
 */
export async function countBacklog(
  store: Pick<OutboxStore, 'waiting'>,
  countBy: number,
  now: () => number,
): Promise<{ readonly backlog: Backlog; readonly complete: boolean }> {
  let messages = 0;
  let oldest = Number.POSITIVE_INFINITY;
  let complete = true;
  for await (const page of store.waiting()) {
    messages += page.length;
    for (const ref of page) oldest = Math.min(oldest, addedAt(ref));
    complete = now() < countBy;
    if (!complete) break;
  }
  return { backlog: { messages, oldestAddedAt: messages === 0 ? undefined : oldest }, complete };
}
