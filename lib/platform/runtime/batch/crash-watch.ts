import { until } from '../../time/until.ts';
import type { ClaimRequest, ClaimStore } from '../claims/claim-store.ts';
import { describeError } from '../recover/describe-error.ts';
import type { Batch } from './batch.ts';

const hour = 3_600_000;

/** What a consumer without claims gets to find the messages that kill its process. */
export interface CrashWatch {
  /** Present after a process has vanished: claims for the messages of this batch. */
  readonly claims?: ClaimStore;
  /** To be called when the batch has been settled, whatever became of it. */
  readonly end: () => Promise<void>;
}

const unwatched: CrashWatch = { end: async () => {} };

/**
 * Notes that a batch of a queue is in progress: two requests a batch. Whoever finds such a note of somebody else comes after a process that
 * vanished. Then, up to the end of the hour, each message is claimed, so that the one that kills the process becomes a suspect.
 * A store that is away costs the watch, never the batch.
 */
export async function watchForCrashes(queue: string | undefined, batch: Batch): Promise<CrashWatch> {
  const { consumer, services, guard, owner } = batch;
  const { crashes, clock } = services;
  if (services.claims || !crashes || queue === undefined) return unwatched;
  // A new record each hour: the old one stays with the process that vanished, and expires by itself.
  const key = `${consumer.name}#\0batches of ${queue}, hour ${Math.floor(clock.now() / hour)}`;
  const request: ClaimRequest = { key, turn: 1, owner, leaseUntil: guard.budget.endsAt };
  const { stopAt, settleBy } = guard.budget;
  /** Undefined for no answer in time. */
  const attempted = async <Result>(time: number, what: string, work: Promise<Result>): Promise<Result | undefined> => {
    try {
      return await until(clock, time, work);
    } catch (error) {
      batch.logger().error(what, { queue, failure: { ...describeError(error) } });
      return undefined;
    }
  };
  const outcome = await attempted(stopAt, 'nobody watches for messages that kill the process', crashes.claim(request));
  if (outcome === undefined) return unwatched;
  if (outcome.status !== 'claimed') return { ...unwatched, claims: handlingEveryDelivery(crashes) };
  const end = async (): Promise<void> => {
    await attempted(settleBy, 'the next batches are taken for those after a crash', crashes.release(key, owner));
  };
  return { end };
}

/** A message that was handled may be handled again: only what was handed on is not. */
const handlingEveryDelivery = (store: ClaimStore): ClaimStore => ({
  claim: (request) => store.claim(request),
  takeOver: (request, from) => store.takeOver(request, from),
  noteOrderKey: (key, owner, orderKey) => store.noteOrderKey(key, owner, orderKey),
  complete: (key, owner) => store.release(key, owner),
  giveUp: (key, owner, letter) => store.giveUp(key, owner, letter),
  forwarded: (key, owner) => store.forwarded(key, owner),
  release: (key, owner) => store.release(key, owner),
});
