import { relayKey } from './relay-key.ts';
import type { Relay } from './relay-services.ts';

export interface RelayReport {
  readonly keys: number;
  readonly confirmed: number;
  readonly givenBack: number;
}

/**
 * Publishes what waits under the given order keys, several keys at a time, the messages of each in order. What the broker does not
 * confirm stays in the outbox and holds up its own key only.
 *
 * @throws {OutboxUnavailableError} after what was begun has ended
 */
export async function relayKeys(
  orderKeys: Iterable<string> | AsyncIterable<string>,
  relay: Relay,
): Promise<RelayReport> {
  const report = { keys: 0, confirmed: 0, givenBack: 0 };
  const seen = new Set<string>();
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const { concurrency = 50 } = relay;
  const start = (orderKey: string): void => {
    const work = relayKey(orderKey, relay).then(
      ({ confirmed, givenBack }) => {
        report.confirmed += confirmed;
        report.givenBack += givenBack;
      },
      (error: unknown) => {
        failures.push(error);
      },
    );
    const tracked = work.finally(() => running.delete(tracked));
    running.add(tracked);
  };
  try {
    for await (const orderKey of orderKeys) {
      if (failures.length > 0 || relay.now() >= relay.publishBy) break;
      if (seen.has(orderKey)) continue;
      seen.add(orderKey);
      report.keys += 1;
      start(orderKey);
      if (running.size >= concurrency) await Promise.race(running);
    }
  } finally {
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
  return report;
}
