import type { UnconfirmedCopy } from '../errors.ts';
import type { PublishResult } from '../publisher.ts';
import { describeError } from '../recover/describe-error.ts';
import type { Batch } from './batch.ts';
import type { Delivery } from './delivery.ts';
import { isForwarded } from './fate.ts';
import { diverted, type Forwarding, forwardingOf } from './forwarding.ts';
import { giveUp } from './give-up.ts';
import { logForwarded, logUnconfirmed } from './message-log.ts';
import { settleClaims } from './settle-claims.ts';

/**
 * Publishes the copies that deliveries need and waits once for the broker's answers; then settles their claims.
 *
 * @returns the copies that were not confirmed; their originals must not be acknowledged
 */
export async function forward(deliveries: readonly Delivery[], batch: Batch): Promise<UnconfirmedCopy[]> {
  const forwarded: Delivery[] = [];
  const unconfirmed: UnconfirmedCopy[] = [];
  let open: Forwarding[] = [];
  for (const delivery of deliveries) {
    if (!isForwarded(delivery.fate)) continue;
    forwarded.push(delivery);
    // One that comes back with the batch has been refused a copy already.
    if (delivery.copy === 'none') open.push(forwardingOf(delivery, delivery.fate));
  }
  // A copy is diverted twice at most: to the dead-letter queue, and there without its headers.
  while (open.length > 0) {
    const sendable = open.some(givesUp) ? await givenUp(open, unconfirmed, batch) : open;
    const results = sendable.length > 0 ? await publish(sendable, batch) : [];
    const next: Forwarding[] = [];
    for (const [index, forwarding] of sendable.entries()) {
      const result = results[index] ?? notSent;
      const other = diverted(forwarding, result, batch.services.clock.now());
      if (other) next.push(other);
      else if (!noteAnswer(forwarding, result, batch)) unconfirmed.push(unconfirmedCopy(forwarding, result));
    }
    open = next;
  }
  if (forwarded.length > 0) await settleClaims(forwarded, batch);
  return unconfirmed;
}

/** A dead letter contradicts an effect that happens after all. The copy for a retry does not: it would be found to be a duplicate. */
const givesUp = ({ delivery, fate }: Forwarding): boolean => fate.kind === 'dead-letter' && delivery.holdsClaim;

/** Those whose copies may be published; the others have another fate by now, or come back with the batch. */
async function givenUp(
  forwardings: readonly Forwarding[],
  unconfirmed: UnconfirmedCopy[],
  batch: Batch,
): Promise<Forwarding[]> {
  const checked = await Promise.all(
    forwardings.map(async (forwarding) => {
      const { delivery, fate } = forwarding;
      if (fate.kind !== 'dead-letter' || !givesUp(forwarding)) return [forwarding];
      const problem = await giveUp(delivery, fate, batch);
      if (problem === undefined) return isForwarded(delivery.fate) ? [forwarding] : [];
      const result: PublishResult = { status: 'failed', error: new Error(problem), mayHaveArrived: false };
      noteAnswer(forwarding, result, batch);
      unconfirmed.push(unconfirmedCopy(forwarding, result));
      return [];
    }),
  );
  return checked.flat();
}

const notSent: PublishResult = { status: 'failed', error: new Error('not sent'), mayHaveArrived: false };

/** One result for each; never rejects. */
async function publish(forwardings: readonly Forwarding[], { services, guard }: Batch): Promise<PublishResult[]> {
  try {
    const publisher = await services.publisher();
    return await publisher.publish(
      forwardings.map(({ copy }) => copy),
      { deadline: guard.budget.publishBy },
    );
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(describeError(thrown).message, { cause: thrown });
    return forwardings.map(() => ({ status: 'failed', error, mayHaveArrived: true }));
  }
}

/** `false` for a copy that nobody has. */
function noteAnswer({ delivery, fate }: Forwarding, result: PublishResult, batch: Batch): boolean {
  if (result.status === 'confirmed') {
    delivery.copyConfirmed(fate);
    logForwarded(delivery, batch, fate);
    return true;
  }
  delivery.copyRefused();
  logUnconfirmed(delivery, batch, reasonOf(result));
  return false;
}

const reasonOf = (result: PublishResult): string =>
  result.status === 'confirmed' ? 'confirmed' : `${result.status}: ${result.error.message}`;

const unconfirmedCopy = ({ delivery, copy }: Forwarding, result: PublishResult): UnconfirmedCopy => ({
  messageId: delivery.id,
  queue: delivery.raw.queue,
  exchange: copy.exchange,
  routingKey: copy.routingKey,
  reason: reasonOf(result),
});
