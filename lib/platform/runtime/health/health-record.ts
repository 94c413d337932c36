import { createHash } from 'node:crypto';

/** How the messages of a consumer fared within ten seconds, as far as that has been reported. */
export interface HealthRecord {
  /** When the ten seconds began, in milliseconds since the epoch. */
  readonly at: number;
  /** Messages that succeeded at their first attempt. */
  readonly succeeded: number;
  /** Tokens of messages that succeeded after they had failed, or may have; see `messageToken`. A process names `mostNamed`, and counts others as if they had not failed. */
  readonly recovered: readonly string[];
  /** Tokens of messages that failed, each once however often it failed. */
  readonly failed: readonly string[];
  /** Further failures, whose messages are not named: a process names `mostNamed` in a record. */
  readonly failedUnnamed: number;
}

/** Milliseconds that one record covers. */
const recordLength = 10_000;

/** Messages of a kind that a process names in one record. More of them are no accident, and need not be told apart. */
export const mostNamed = 100;

/** Beginning of the record that covers this moment. */
export const recordStart = (now: number): number => now - (now % recordLength);

/** Stands for a message; short, because a record may hold a hundred of them, and because message ids may be secret. */
export const messageToken = (id: string): string => createHash('sha256').update(id).digest('base64url').slice(0, 8);

/** Messages by how they fared, each counted once. */
export interface MessageCounts {
  readonly succeeded: number;
  readonly failed: number;
}

/**
 * Counts messages, not attempts: each once, by the last that is known of it. One that failed and then succeeded is a success; within one record, where
 * nothing says which came first, too.
 *
 * @param records the earliest first
 * @param from records that begin before this count for nothing; milliseconds since the epoch
 */
export function countMessages(records: readonly HealthRecord[], from: number): MessageCounts {
  const [failed, recovered] = [new Set<string>(), new Set<string>()];
  let [succeeded, unnamed] = [0, 0];
  for (const record of records) {
    if (record.at < from) continue;
    succeeded += record.succeeded;
    unnamed += record.failedUnnamed;
    for (const token of record.failed) {
      failed.add(token);
      recovered.delete(token);
    }
    for (const token of record.recovered) {
      recovered.add(token);
      failed.delete(token);
    }
  }
  return { succeeded: succeeded + recovered.size, failed: failed.size + unnamed };
}
