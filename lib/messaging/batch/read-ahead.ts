import type { Batch, ConsumerDefinition } from './batch.ts';
import { claimOf } from './claim-of.ts';
import type { Delivery } from './delivery.ts';
import { claimDelivery } from './handle-delivery.ts';
import { runLanes } from './lanes.ts';
import { logClaimProblem } from './message-log.ts';
import { withMessage } from './read-message.ts';

type OrderBy = NonNullable<ConsumerDefinition['orderBy']>;

/**
 * Finds out the order keys of a batch, side by side. Each message is claimed before anything of it is read: what kills the process while it is
 * decoded, validated or keyed is then known by its claim. A further delivery of the same message takes the key of the first.
 *
 * A suspect, or a delivery whose claim is another's, is not read, and its key stays unknown.
 */
export async function readAhead(deliveries: readonly Delivery[], batch: Batch, orderBy: OrderBy): Promise<void> {
  const firsts = new Map<string, Delivery>();
  for (const delivery of deliveries) if (!firsts.has(delivery.id)) firsts.set(delivery.id, delivery);
  const lanes = [...firsts.values()].map((delivery) => [delivery]);
  await runLanes(lanes, batch.consumer.concurrency, (delivery) => readOne(delivery, batch, orderBy));
  for (const delivery of deliveries) {
    const first = firsts.get(delivery.id);
    if (first !== delivery && first?.readAhead) delivery.wasReadAhead({ orderKey: first.orderKey });
  }
}

async function readOne(delivery: Delivery, batch: Batch, orderBy: OrderBy): Promise<void> {
  const { services, guard, bodies } = batch;
  if (guard.isOver()) return;
  if (services.claims && !(await claimDelivery(delivery, batch, services.claims))) {
    // One that is done was read before, and those behind it may still wait for it.
    if (delivery.fate?.kind === 'duplicate' && !delivery.fate.handedOn) await readKey(delivery, batch, orderBy);
    return;
  }
  try {
    await withMessage(delivery, batch, (message, heldBytes) => {
      const orderKey = orderBy(message);
      if (heldBytes === 0) delivery.wasReadAhead({ orderKey, message });
      else if (bodies.keep(heldBytes)) delivery.wasReadAhead({ orderKey, message, keptBytes: heldBytes });
      else delivery.wasReadAhead({ orderKey });
    });
  } catch (error) {
    delivery.wasReadAhead({ error });
  }
}

async function readKey(delivery: Delivery, batch: Batch, orderBy: OrderBy): Promise<void> {
  try {
    await withMessage(delivery, batch, (message) => delivery.wasReadAhead({ orderKey: orderBy(message) }));
  } catch (error) {
    delivery.wasReadAhead({ error });
  }
}

/**
 * Suspects that were not read, and what is behind them in the batch: it may have the same key. Only what is known to have none need not wait.
 */
export function behindSuspects(deliveries: readonly Delivery[]): Set<Delivery> {
  const first = deliveries.findIndex(({ stage }) => stage === 'suspect');
  const later = first < 0 ? [] : deliveries.slice(first);
  return new Set(later.filter(({ fate, stage, orderKey }) => !fate && (stage === 'suspect' || orderKey !== undefined)));
}

/** Gives back the claims of deliveries that wait behind a suspect: where it takes the process down, they are none. */
export async function releaseClaims(deliveries: readonly Delivery[], batch: Batch): Promise<void> {
  const { claims } = batch.services;
  if (!claims) return;
  await Promise.all(
    deliveries.map(async (delivery) => {
      if (delivery.stage !== 'claimed') return;
      const { key, owner } = claimOf(delivery, batch);
      try {
        await claims.release(key, owner);
        delivery.claimReleased();
      } catch (error) {
        logClaimProblem(delivery, batch, 'the claim of a message that has to wait could not be given back', error);
      }
    }),
  );
}
