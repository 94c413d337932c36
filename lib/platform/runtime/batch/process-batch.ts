import type { Logger } from '@aws-lambda-powertools/logger';
import { consumerOfQueue } from '../../topology/consumer-queues.ts';
import { parseEvent } from '../decode/event.ts';
import { ConfigurationError, type UnconfirmedCopy } from '../errors.ts';
import type { Batch, ConsumerDefinition, ConsumerServices } from './batch.ts';
import { BodyBudget } from './body-budget.ts';
import { connectAhead } from './connect-ahead.ts';
import { watchForCrashes } from './crash-watch.ts';
import { DeadlineGuard, timeBudget } from './deadline.ts';
import { fateAtDeadline } from './decide-fate.ts';
import { Delivery } from './delivery.ts';
import { isForwarded } from './fate.ts';
import { forwardInOrder } from './forward-in-order.ts';
import { handleDelivery } from './handle-delivery.ts';
import { handleSuspect } from './handle-suspect.ts';
import { KeyOrder } from './key-order.ts';
import { lanesOf, runLanes } from './lanes.ts';
import { logFate } from './message-log.ts';
import { ProcessSpans } from './process-spans.ts';
import { behindSuspects, readAhead, releaseClaims } from './read-ahead.ts';
import { type BatchReport, reportOn } from './report.ts';
import { reportHealth } from './report-health.ts';
import { claimsUnavailable, forwardingError } from './returned-batch.ts';
import { Sequence } from './sequence.ts';
import { Unread } from './unread.ts';

export interface Invocation {
  /** Time that is left of the function's timeout. */
  readonly remainingMilliseconds: number;
  /**
   * Token of this invocation, the first part of its claims' owners; no other invocation may have the same. What comes before its first slash names the
   * process.
   */
  readonly owner: string;
  /** Called when the first line has to be written. */
  readonly logger: () => Logger;
  /** Gets the report, also when the batch has to come back. */
  readonly onReport?: (report: BatchReport) => void;
}

/**
 * Handles every record of an event and returns when each has met its fate: its effect happened, or the broker has confirmed
 * a copy of it. The batch may then be acknowledged.
 *
 * @throws NotARabbitMqEventError
 * @throws ConfigurationError when a message comes from another consumer's queue
 * @throws ForwardingError when a copy was not confirmed: the whole batch has to come back
 * @throws ClaimsUnavailableError when the claim store refused nearly all messages: the whole batch has to come back
 */
export async function processBatch(
  event: unknown,
  consumer: ConsumerDefinition,
  services: ConsumerServices,
  invocation: Invocation,
): Promise<BatchReport> {
  const connect = connectAhead(services.publisher);
  const deliveries: Delivery[] = [];
  for (const { queue, vhost, records } of parseEvent(event)) {
    if (queue !== consumer.name && records.length > 0) checkQueue(queue, consumer.name);
    for (const record of records) deliveries.push(new Delivery(record, queue, vhost, deliveries.length, connect));
  }
  const { owner, logger, remainingMilliseconds } = invocation;
  const guard = new DeadlineGuard(timeBudget(services.clock.now(), remainingMilliseconds), services.clock, connect);
  const spans = consumer.tracer && new ProcessSpans(consumer.tracer, logger);
  const bodies = new BodyBudget(2 * consumer.maxBodyBytes);
  const batch: Batch = { consumer, services, guard, bodies, owner, logger, spans };
  let problem: Error | undefined;
  let report: BatchReport;
  try {
    problem = services.crashes ? await settleWatched(deliveries, batch) : await settleAll(deliveries, batch);
  } finally {
    guard.dispose();
    spans?.endAll();
    report = reportOn(deliveries);
    invocation.onReport?.(report);
  }
  if (report.done < deliveries.length) for (const delivery of deliveries) logFate(delivery, batch);
  if (problem) throw problem;
  return report;
}

/** A handler that was copied and kept the old name would take what the other consumer has done for its own: all would be duplicates. */
function checkQueue(queue: string, consumer: string): void {
  if (consumerOfQueue(queue) === consumer) return;
  throw new ConfigurationError(
    `consumer: queue is ${JSON.stringify(consumer)}, but the function got messages of the queue ${JSON.stringify(queue)}; a consumer's queue has its name, or that and .shard-<number>`,
  );
}

/** For a consumer without claims. */
async function settleWatched(deliveries: readonly Delivery[], batch: Batch): Promise<Error | undefined> {
  const { claims, end } = await watchForCrashes(deliveries[0]?.raw.queue, batch);
  try {
    return await settleAll(deliveries, claims ? { ...batch, services: { ...batch.services, claims } } : batch);
  } finally {
    await end();
  }
}

const nobody: ReadonlySet<Delivery> = new Set();

/** @returns why the batch has to come back */
async function settleAll(inBatch: readonly Delivery[], batch: Batch): Promise<Error | undefined> {
  const { consumer, services, guard } = batch;
  const keys = new KeyOrder(consumer.name, services.clock.now, services.order);
  // Without claims and without an order, no message leaves anything to another.
  const sequence = services.claims || consumer.orderBy ? new Sequence(services.claims !== undefined, keys) : undefined;
  let deliveries = inBatch;
  let behind = nobody;
  if (consumer.orderBy) {
    await guard.within(readAhead(inBatch, batch, consumer.orderBy));
    new Unread().hold(inBatch);
    behind = behindSuspects(inBatch);
    await readOrder(inBatch, keys, batch);
    deliveries = keys.sorted(inBatch);
  }
  const lanes = lanesFor(behind.size === 0 ? deliveries : deliveries.filter((delivery) => !behind.has(delivery)));
  await guard.within(
    runLanes(lanes, consumer.concurrency, (delivery, earlier) =>
      // An earlier one without a fate is a suspect, or waits behind one: so does this one.
      earlier && !earlier.fate ? undefined : handleAfter(earlier, delivery, batch, sequence),
    ),
  );
  // Only a claim makes a suspect.
  const held = services.claims ? new Set([...suspectsOf(lanes), ...behind]) : nobody;
  const heldDeliveries = held.size === 0 ? [] : deliveries.filter((delivery) => held.has(delivery));
  const others = held.size === 0 ? deliveries : deliveries.filter((delivery) => !held.has(delivery));
  closeAtDeadline(others, batch, sequence);
  const unavailable = services.claims && claimsUnavailable(others, deliveries.length);
  // A suspect and those behind it come back where it takes the process down.
  for (const delivery of heldDeliveries) keys.note(delivery);
  // Everybody else's copies are safe before a suspect may take the process down.
  const unconfirmed = await handOn(others, keys, batch);
  if (unavailable) return unavailable;
  if (unconfirmed.length > 0) return forwardingError(unconfirmed, deliveries.length);

  if (heldDeliveries.length > 0) await guard.within(releaseClaims(heldDeliveries, batch));
  const unread = new Unread();
  for (const [index, delivery] of heldDeliveries.entries()) {
    await guard.within(handleAlone(delivery, batch, sequence));
    closeAtDeadline([delivery], batch, sequence);
    const unconfirmedSuspects = await handOn([delivery], keys, batch);
    if (unconfirmedSuspects.length > 0) return forwardingError(unconfirmedSuspects, deliveries.length);
    if (consumer.orderBy) unread.hold(heldDeliveries.slice(index));
  }
  return undefined;
}

/** The batch comes back where nobody knows who waits: at once then, and not after the leases of its claims. */
async function readOrder(deliveries: readonly Delivery[], keys: KeyOrder, batch: Batch): Promise<void> {
  try {
    await keys.read(deliveries);
  } catch (error) {
    await batch.guard.within(releaseClaims(deliveries, batch));
    throw error;
  }
}

async function handOn(deliveries: readonly Delivery[], keys: KeyOrder, batch: Batch): Promise<UnconfirmedCopy[]> {
  const reported = reportHealth(deliveries, batch);
  // Of most batches there is nothing to hand on.
  const isNothing = !keys.hasChanged() && !deliveries.some(({ fate }) => isForwarded(fate));
  const unconfirmed = isNothing ? [] : await forwardInOrder(deliveries, keys, batch);
  if (reported !== undefined) await reported;
  return unconfirmed;
}

/** Messages with the same id or the same order key share a lane. */
function lanesFor(deliveries: readonly Delivery[]): Delivery[][] {
  const byId = new Map<string, Delivery[]>();
  for (const delivery of deliveries) {
    if (delivery.orderKey !== undefined) return lanesOf(deliveries, tokensOf);
    const lane = byId.get(delivery.id);
    if (lane) lane.push(delivery);
    else byId.set(delivery.id, [delivery]);
  }
  return [...byId.values()];
}

const tokensOf = ({ id, orderKey }: Delivery): readonly string[] =>
  orderKey === undefined ? [`id ${id}`] : [`id ${id}`, `key ${orderKey}`];

/** Suspects, and what is behind them in their lanes. */
const suspectsOf = (lanes: readonly (readonly Delivery[])[]): Delivery[] =>
  lanes.flatMap((lane) => {
    const first = lane.findIndex(({ stage }) => stage === 'suspect');
    return first < 0 ? [] : lane.slice(first);
  });

/** @param earlier the one before it in its lane */
function handleAfter(
  earlier: Delivery | undefined,
  delivery: Delivery,
  batch: Batch,
  sequence: Sequence | undefined,
): Promise<void> | undefined {
  if (earlier) sequence?.note(earlier);
  // What is not started in time is closed together with what is still running.
  if (delivery.fate || batch.guard.isOver()) return undefined;
  const fate = sequence?.fateOf(delivery);
  if (!fate) return handleDelivery(delivery, batch);
  delivery.settle(fate);
  return undefined;
}

async function handleAlone(delivery: Delivery, batch: Batch, sequence: Sequence | undefined): Promise<void> {
  if (batch.guard.isOver()) return;
  const fate = sequence?.fateOf(delivery);
  if (fate) delivery.settle(fate);
  if (!delivery.fate && delivery.stage !== 'suspect') await handleDelivery(delivery, batch);
  if (delivery.stage === 'suspect') await handleSuspect(delivery, batch);
}

/** Settles, in order, what the end of the time has left open. */
function closeAtDeadline(deliveries: readonly Delivery[], batch: Batch, sequence: Sequence | undefined): void {
  for (const delivery of deliveries) {
    if (!delivery.fate) {
      const isUnstarted = delivery.stage === 'waiting' || delivery.stage === 'claimed';
      const fate = isUnstarted ? sequence?.fateOf(delivery) : undefined;
      delivery.settle(fate ?? fateAtDeadline(delivery, batch));
    }
    sequence?.note(delivery);
  }
}
