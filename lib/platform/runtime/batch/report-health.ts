import type { Batch } from './batch.ts';
import type { Delivery } from './delivery.ts';
import type { Fate } from './fate.ts';
import { logHealthUnreported } from './message-log.ts';

/**
 * Tells the circuit breaker how deliveries with a fate fared, while their copies are on their way: where handlers hang until the deadline, that is all
 * the time there is. A copy that is not confirmed brings its message back, and a message counts once however often it fails.
 *
 * @returns a promise only where there is something to wait for; never rejects
 */
export function reportHealth(deliveries: readonly Delivery[], batch: Batch): Promise<void> | undefined {
  const { health } = batch.services;
  if (!health) return undefined;
  let succeeded = 0;
  const [recovered, failed]: [string[], string[]] = [[], []];
  for (const delivery of deliveries) {
    const { id, fate } = delivery;
    if (fate?.kind === 'done') {
      if (mayHaveFailed(delivery)) recovered.push(id);
      else succeeded++;
    } else if (fate && hasFailed(fate)) failed.push(id);
  }
  if (succeeded + recovered.length + failed.length === 0) return undefined;
  return health.record({ succeeded, recovered, failed }, batch.guard.budget.settleBy)?.catch((error: unknown) => {
    logHealthUnreported(batch, error);
  });
}

/** A message that came back with its batch is told by the broker's flag only: its copy was not confirmed. */
const mayHaveFailed = ({ attempt, redriveCount, deferrals, raw }: Delivery): boolean =>
  attempt > 1 || redriveCount > 0 || deferrals > 0 || raw.redelivered;

/**
 * Says something about what the handler depends on. A message that is malformed, or that the handler refuses for good, fails whether or not the
 * consumer pauses.
 */
const hasFailed = (fate: Fate): boolean =>
  fate.kind === 'retry' ||
  fate.kind === 'failed-after-commit' ||
  (fate.kind === 'dead-letter' && fate.reason === 'exhausted') ||
  (fate.kind === 'deferred' && fate.cause === 'claims-unavailable');
