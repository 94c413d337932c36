import { OutboxUnavailableError } from './outbox-errors.ts';
import type { WaitingMessage } from './outbox-store.ts';
import type { Relay } from './relay-services.ts';

/** Messages of one key that are taken at a time. */
const pageSize = 25;

/** What became of the messages of one key. */
export interface KeyReport {
  readonly confirmed: number;
  /** Messages that were taken and had to be given back. */
  readonly givenBack: number;
}

/**
 * Publishes what waits under one order key, each message when the one before it is confirmed; stops at the first that is
 * not. Nobody else works on the key meanwhile: the first message is taken before the others, and who does not get it leaves
 * them alone. A relay that vanishes holds the key until its lease ends.
 *
 * @throws {OutboxUnavailableError}
 */
export async function relayKey(orderKey: string, relay: Relay): Promise<KeyReport> {
  let confirmed = 0;
  for (;;) {
    if (relay.now() >= relay.publishBy) return { confirmed, givenBack: 0 };
    const waiting = await relay.store.waitingOf(orderKey, pageSize);
    const taken = await take(waiting, relay);
    const published = await publishInOrder(taken, relay);
    confirmed += published;
    if (published < taken.length) return { confirmed, givenBack: taken.length - published };
    // What was added meanwhile announces itself.
    if (taken.length < pageSize) return { confirmed, givenBack: 0 };
  }
}

/** The messages up to the first that cannot be had. */
async function take(waiting: readonly WaitingMessage[], relay: Relay): Promise<readonly WaitingMessage[]> {
  const [first, ...rest] = waiting;
  if (!first || isHeld(first, relay) || !(await mark(first, relay))) return [];
  const marks = await Promise.allSettled(rest.map((message) => mark(message, relay)));
  const end = marks.findIndex((outcome) => outcome.status === 'rejected' || !outcome.value);
  if (end === -1) return waiting;
  const failed = marks[end];
  if (failed?.status === 'rejected')
    logUnnoted(failed.reason, relay, 'messages have to wait for the next run', first.messageId);
  const beyond = rest.filter((_, index) => {
    const outcome = marks[index];
    return index > end && outcome?.status === 'fulfilled' && outcome.value;
  });
  await Promise.all(beyond.map((message) => giveBack(message, relay, undefined)));
  return waiting.slice(0, end + 1);
}

const isHeld = ({ state, owner, leaseUntil }: WaitingMessage, relay: Relay): boolean =>
  state === 'sent' && owner !== relay.owner && leaseUntil > relay.now();

const mark = ({ ref }: WaitingMessage, { store, owner, leaseUntil }: Relay): Promise<boolean> =>
  store.markSent(ref, owner, leaseUntil);

/** @returns how many were confirmed; the others have been given back */
async function publishInOrder(messages: readonly WaitingMessage[], relay: Relay): Promise<number> {
  // Not awaited one by one: a confirmation that is not noted leads to a duplicate, never to another order of effects.
  const notes: Promise<void>[] = [];
  const failures: unknown[] = [];
  let published = 0;
  let problem: string | undefined;
  for (const message of messages) {
    problem = await publish(message, relay);
    if (problem !== undefined) break;
    published += 1;
    // Caught here: while the loop waits for the broker nobody else would, and an unhandled rejection ends the process.
    const note = noteConfirmed(message, relay).catch((error: unknown) => void failures.push(error));
    notes.push(note);
  }
  await Promise.all(notes);
  await Promise.all(
    messages.slice(published).map((message, index) => giveBack(message, relay, index === 0 ? problem : undefined)),
  );
  if (failures.length > 0) throw failures[0];
  return published;
}

/** @returns why it is not confirmed */
async function publish(message: WaitingMessage, relay: Relay): Promise<string | undefined> {
  const details = { messageId: message.messageId, orderKey: message.ref.orderKey };
  try {
    const [result] = await relay.publisher.publish([message.read()], { deadline: relay.publishBy });
    if (result?.status === 'confirmed') return undefined;
    const problem = result ? `${result.status}: ${result.error.message}` : 'the publisher gave no result';
    relay.log.warn('message of the outbox was not confirmed; it stays there', { ...details, problem });
    return problem;
  } catch (error) {
    const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    relay.log.error('message of the outbox cannot be published; it stays there', { ...details, problem });
    return problem;
  }
}

async function noteConfirmed({ ref, messageId }: WaitingMessage, relay: Relay): Promise<void> {
  try {
    await relay.store.confirm(ref);
  } catch (error) {
    logUnnoted(error, relay, 'a confirmed message will be published again', messageId);
  }
}

async function giveBack({ ref, messageId }: WaitingMessage, relay: Relay, problem: string | undefined): Promise<void> {
  try {
    await relay.store.giveBack(ref, relay.owner, problem);
  } catch (error) {
    logUnnoted(error, relay, 'a message that was not confirmed has to wait for the end of its lease', messageId);
  }
}

function logUnnoted(error: unknown, { log }: Relay, what: string, messageId: string): void {
  if (!(error instanceof OutboxUnavailableError)) throw error;
  log.error(what, { messageId, problem: error.message });
}
