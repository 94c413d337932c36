import type { UnconfirmedCopy } from '../errors.ts';
import { describeError } from '../recover/describe-error.ts';
import type { Batch } from './batch.ts';
import type { Delivery } from './delivery.ts';
import { isForwarded } from './fate.ts';
import { forward } from './forward.ts';
import type { KeyOrder } from './key-order.ts';
import { logUnconfirmed } from './message-log.ts';

/**
 * Hands deliveries on once it is written down who waits of their keys: a copy that nobody knows of would be overtaken. Where that cannot be
 * written, the copies of that key are not published, and the batch comes back.
 *
 * @returns the copies that were not confirmed; their originals must not be acknowledged
 */
export async function forwardInOrder(
  deliveries: readonly Delivery[],
  keys: KeyOrder,
  batch: Batch,
): Promise<UnconfirmedCopy[]> {
  const unwritten = await writeInTime(keys, batch);
  const refused = deliveries.flatMap((delivery) => {
    const { orderKey, fate, copy } = delivery;
    if (orderKey === undefined || !unwritten.has(orderKey) || !isForwarded(fate) || copy !== 'none') return [];
    delivery.copyRefused();
    const reason = `the order of its key could not be written: ${describeError(unwritten.get(orderKey)).message}`;
    logUnconfirmed(delivery, batch, reason);
    return [{ messageId: delivery.id, queue: delivery.raw.queue, exchange: '', routingKey: '', reason }];
  });
  const unconfirmed = [...refused, ...(await forward(deliveries, batch))];
  await writeDiverted(deliveries, keys, batch);
  return unconfirmed;
}

/** A copy that could not be delivered is a dead letter after all, for which nobody has to wait. */
async function writeDiverted(deliveries: readonly Delivery[], keys: KeyOrder, batch: Batch): Promise<void> {
  const diverted = deliveries.filter(({ fate, copy }) => fate?.kind === 'dead-letter' && copy === 'confirmed');
  for (const delivery of diverted) keys.note(delivery);
  // Where this fails the key waits until the dead letter is taken for lost.
  if (diverted.length > 0) await writeInTime(keys, batch);
}

/** The order keys that could not be written before the copies have to be published, with the reason. */
async function writeInTime(
  keys: KeyOrder,
  { services: { clock }, guard }: Batch,
): Promise<ReadonlyMap<string, unknown>> {
  if (!keys.hasChanged()) return new Map();
  const ended = new AbortController();
  const writing = keys.write(ended.signal);
  let cancel: (() => void) | undefined;
  const timeIsUp = new Promise<ReadonlyMap<string, unknown>>((resolve) => {
    cancel = clock.after(Math.max(0, guard.budget.publishBy - clock.now()), () => {
      // Written later, it would say that messages wait which have come back with the batch and are done by then.
      ended.abort();
      resolve(keys.unwritten('no answer in time'));
    });
  });
  const unwritten = await Promise.race([writing, timeIsUp]);
  cancel?.();
  return unwritten;
}
