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
 * decoded, validated or keyed is then known by its claim. Several deliveries of one message take the key of the first that was not handed on before.
 *
 * A suspect, or a delivery whose claim is another's, is not read, and its key stays unknown.
 */
export async function readAhead(deliveries: readonly Delivery[], batch: Batch, orderBy: OrderBy): Promise<void> {
  const lanes = [...Map.groupBy(deliveries, ({ id }) => id).values()];
  await runLanes(lanes, batch.consumer.concurrency, (delivery, earlier) =>
    !earlier || wasHandedOn(earlier) ? readOne(delivery, batch, orderBy) : undefined,
  );
  for (const lane of lanes) {
    if (lane.length === 1) continue;
    const read = lane.find(({ readAhead }) => readAhead);
    for (const delivery of lane) if (read && delivery !== read) delivery.wasReadAhead({ orderKey: read.orderKey });
  }
}

/** An earlier turn: it says nothing of the message as it is now. */
const wasHandedOn = ({ fate }: Delivery): boolean => fate?.kind === 'duplicate' && fate.handedOn === true;

async function readOne(delivery: Delivery, batch: Batch, orderBy: OrderBy): Promise<void> {
  const { services, guard } = batch;
  if (guard.isOver()) return;
  if (services.claims && !(await claimDelivery(delivery, batch, services.claims))) {
    if (isOver(delivery)) await readKey(delivery, batch, orderBy);
    return;
  }
  await readClaimed(delivery, batch, orderBy);
}

/** Reads a delivery that may be read, and keeps the message where there is room for it. Never rejects. */
export async function readClaimed(delivery: Delivery, batch: Batch, orderBy: OrderBy): Promise<void> {
  try {
    await withMessage(delivery, batch, (message, heldBytes) => {
      const orderKey = orderBy(message);
      if (heldBytes === 0) delivery.wasReadAhead({ orderKey, message });
      else if (batch.bodies.keep(heldBytes)) delivery.wasReadAhead({ orderKey, message, keptBytes: heldBytes });
      else delivery.wasReadAhead({ orderKey });
    });
  } catch (error) {
    delivery.wasReadAhead({ error });
  }
}

/**
 * It was done, or became a dead letter, before: it was read then without harm, and those behind it may still wait for it. What killed the process is not
 * read again.
 */
const isOver = ({ fate }: Delivery): boolean =>
  fate?.kind === 'dead-letter' ? fate.reason !== 'process-crashed' : fate?.kind === 'duplicate' && !fate.handedOn;

async function readKey(delivery: Delivery, batch: Batch, orderBy: OrderBy): Promise<void> {
  try {
    await withMessage(delivery, batch, (message) => delivery.wasReadAhead({ orderKey: orderBy(message) }));
  } catch (error) {
    delivery.wasReadAhead({ error });
  }
}

/**
 * Suspects that were not read, and what is behind them in the batch: it may have the same key. Only what is known to have none need not wait. What
 * is put off anyway waits there for those in front of it to be noted first.
 */
export function behindSuspects(deliveries: readonly Delivery[]): Set<Delivery> {
  const first = deliveries.findIndex(({ stage }) => stage === 'suspect');
  const later = first < 0 ? [] : deliveries.slice(first);
  const isOpen = ({ fate }: Delivery): boolean => !fate || fate.kind === 'deferred';
  return new Set(
    later.filter((delivery) => delivery.stage === 'suspect' || (isOpen(delivery) && delivery.orderKey !== undefined)),
  );
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
        delivery.claimDoubted();
        logClaimProblem(delivery, batch, 'the claim of a message that has to wait could not be given back', error);
      }
    }),
  );
}
