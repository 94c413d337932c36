import { maximumDelaySeconds } from '../../topology/delay.ts';
import type { ClaimRequest, ClaimStore } from '../claims/claim-store.ts';
import { DeadlineExceededError, ProcessCrashedError } from '../errors.ts';
import type { Message } from '../message.ts';
import { backoff, decide } from '../recover/decide.ts';
import { describeError } from '../recover/describe-error.ts';
import { inProcessSpan } from '../trace/process-span.ts';
import type { Batch } from './batch.ts';
import { claimOf } from './claim-of.ts';
import type { Delivery } from './delivery.ts';
import { claimLost, deferred, done, duplicate, type Fate } from './fate.ts';
import { HandlerContext } from './handler-context.ts';
import { logClaimProblem, logFailureAfterCommit } from './message-log.ts';
import { readMessage } from './read-message.ts';

/** A message whose owner has vanished this often is taken for what kills the process. */
const maximumCrashes = 3;

/**
 * Claims a delivery, handles it and settles its fate. Never rejects. Leaves the fate open where the claim says that an earlier
 * owner vanished: `delivery.suspicion` is then set, and `handleSuspect` is for later, when nobody else can come to harm.
 *
 * After each wait the fate may have been set from outside, because the time is up; then nothing more is done. Where nothing has to
 * be waited for there is no promise: it would cost more than all the rest.
 */
export function handleDelivery(delivery: Delivery, batch: Batch): Promise<void> | undefined {
  const { claims } = batch.services;
  return claims ? claimAndHandle(delivery, batch, claims) : process(delivery, batch);
}

async function claimAndHandle(delivery: Delivery, batch: Batch, claims: ClaimStore): Promise<void> {
  if (await claim(delivery, batch, claims)) await process(delivery, batch);
}

/** Takes a suspect from its vanished owner and handles it, or gives it up. To be called with nothing else in progress. */
export async function handleSuspect(delivery: Delivery, batch: Batch): Promise<void> {
  const { suspicion } = delivery;
  const { claims } = batch.services;
  if (!suspicion || !claims) return;
  delivery.stage = 'claiming';
  delivery.mayHoldClaim = true;
  try {
    const taken = await claims.takeOver(claimRequest(delivery, batch), suspicion.owner);
    if (delivery.fate) return;
    if (!taken) {
      delivery.mayHoldClaim = false;
      delivery.fate = deferred('busy');
      return;
    }
  } catch (error) {
    claimsUnavailable(delivery, batch, error);
    return;
  }
  if (suspicion.crashes >= maximumCrashes) {
    const error = new ProcessCrashedError(`the process ended ${suspicion.crashes} times while it handled this message`);
    delivery.fate = fateOfFailure(error, delivery, batch);
    return;
  }
  await process(delivery, batch);
}

/** The fate of a delivery that the end of the function's time found unsettled. */
export function fateAtDeadline(delivery: Delivery, batch: Batch): Fate {
  if (delivery.committed || delivery.stage === 'completing') return done;
  if (delivery.fenced) return claimLost;
  if (delivery.stage !== 'handling') return deferred('deadline');
  const error = new DeadlineExceededError('the handler had not settled when the time of the function was almost over');
  return fateOfFailure(error, delivery, batch);
}

/** `true` when the delivery may be handled now. */
async function claim(delivery: Delivery, batch: Batch, claims: ClaimStore): Promise<boolean> {
  delivery.stage = 'claiming';
  delivery.mayHoldClaim = true;
  try {
    const outcome = await claims.claim(claimRequest(delivery, batch));
    if (delivery.fate) return false;
    if (outcome.status === 'claimed') return true;
    delivery.mayHoldClaim = false;
    if (outcome.status === 'duplicate') delivery.fate = duplicate;
    else if (outcome.status === 'busy') delivery.fate = deferred('busy', secondsUntil(outcome.leaseUntil, batch));
    else delivery.suspicion = outcome;
  } catch (error) {
    claimsUnavailable(delivery, batch, error);
  }
  return false;
}

function process(delivery: Delivery, batch: Batch): Promise<void> | undefined {
  const { tracer } = batch.consumer;
  return tracer ? inProcessSpan(tracer, delivery, batch, () => handle(delivery, batch)) : handle(delivery, batch);
}

function handle(delivery: Delivery, batch: Batch): Promise<void> | undefined {
  // Time may have passed since the claim: another handler may have kept the event loop busy.
  if (batch.services.claims && batch.guard.isOver()) {
    delivery.fate = deferred('deadline');
    return undefined;
  }
  delivery.stage = 'handling';
  try {
    if (delivery.problem) throw delivery.problem.error;
    const message = delivery.message ?? readMessage(delivery, batch);
    const result =
      message instanceof Promise
        ? message.then((read) => callHandler(read, delivery, batch))
        : callHandler(message, delivery, batch);
    if (isThenable(result)) return concludeAfter(result, delivery, batch);
  } catch (error) {
    noteFailure(error, delivery, batch);
  }
  return conclude(delivery, batch);
}

function callHandler(message: Message<unknown>, delivery: Delivery, batch: Batch): unknown {
  return delivery.fate ? undefined : batch.consumer.handle(message, new HandlerContext(delivery, batch));
}

async function concludeAfter(result: PromiseLike<unknown>, delivery: Delivery, batch: Batch): Promise<void> {
  try {
    await result;
  } catch (error) {
    noteFailure(error, delivery, batch);
  }
  const completing = conclude(delivery, batch);
  if (completing !== undefined) await completing;
}

function noteFailure(error: unknown, delivery: Delivery, batch: Batch): void {
  if (delivery.fate) return;
  if (delivery.committed) logFailureAfterCommit(delivery, batch, error);
  else if (!delivery.fenced) delivery.fate = fateOfFailure(error, delivery, batch);
}

function conclude(delivery: Delivery, batch: Batch): Promise<void> | undefined {
  const { claims } = batch.services;
  if (delivery.fate) return undefined;
  if (delivery.fenced) delivery.fate = claimLost;
  else if (delivery.committed || !claims) delivery.fate = done;
  else return complete(delivery, batch, claims);
  return undefined;
}

async function complete(delivery: Delivery, batch: Batch, claims: ClaimStore): Promise<void> {
  delivery.stage = 'completing';
  let fate = done;
  try {
    const { key, owner } = claimOf(delivery, batch);
    if (!(await claims.complete(key, owner))) fate = claimLost;
  } catch (error) {
    // The effect has happened: a retry would only repeat it.
    logClaimProblem(delivery, batch, 'the claim of a handled message could not be completed', error);
  }
  delivery.fate ??= fate;
}

function fateOfFailure(error: unknown, delivery: Delivery, { consumer, services }: Batch): Fate {
  const failure = { error: describeError(error), at: services.now() };
  const decision = decide(error, delivery.attempt, consumer.policy, services.random);
  return decision.action === 'retry'
    ? { kind: 'retry', delaySeconds: decision.delaySeconds, failure }
    : { kind: 'dead-letter', reason: decision.reason, failure };
}

/** The message has done nothing wrong, so this is not counted as an attempt. */
function claimsUnavailable(delivery: Delivery, batch: Batch, error: unknown): void {
  logClaimProblem(delivery, batch, 'the claim store gave no answer', error);
  delivery.fate ??= deferred('claims-unavailable', backoff(1, batch.consumer.policy, batch.services.random));
}

const claimRequest = (delivery: Delivery, batch: Batch): ClaimRequest => ({
  ...claimOf(delivery, batch),
  turn: delivery.turn,
  leaseUntil: batch.guard.budget.endsAt,
});

function secondsUntil(time: number, { services }: Batch): number {
  return Math.min(maximumDelaySeconds, Math.max(1, Math.ceil((time - services.now()) / 1000)));
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
