import { createHash } from 'node:crypto';

/** A message that was put off, in the queue of its order key. */
export interface Waiting {
  /** `waitingName` of its message id. */
  readonly who: string;
  /** Seconds since the epoch, rounded down, at which its copy reaches the consumer's queue. */
  readonly due: number;
  /** Turn of that copy; see `turnOf`. */
  readonly turn: number;
}

/** The messages of one order key that wait for something, in the order in which they have to be handled. Empty for a key without trouble. */
export type KeyQueue = readonly Waiting[];

/**
 * How much later than it was due a copy may reach its queue before it is taken for lost, in seconds. The broker repeats a dead-lettering that
 * failed after 180 s; this is more than three of those.
 */
export const patienceSeconds = 600;

/** More are not remembered: 15 bytes each. Those that come later are put off all the same, but not in an order among themselves. */
export const longestQueue = 10_000;

/** Eight characters that stand for a message id: the first 48 bits of its SHA-256 in base64. */
export const waitingName = (messageId: string): string =>
  createHash('sha256').update(messageId).digest().toString('base64', 0, 6);

/** How many have to be handled before this message: all that wait, if it is none of them. */
export function ahead(queue: KeyQueue, who: string): number {
  const position = queue.findIndex((waiting) => waiting.who === who);
  return position < 0 ? queue.length : position;
}

/** Seconds until the first in the queue can be there: how long to put off those behind it. At least 1. */
export const secondsUntilFirst = ([first]: KeyQueue, now: number): number =>
  Math.max(1, Math.ceil((first?.due ?? 0) - now / 1000));

/**
 * The queue without those that should have been here before this message and were not. A queue of the broker is first in, first out: a copy that
 * was due long before this one's has been delivered before it, or is never delivered (purged, expired, taken away by hand). Nothing is
 * said while the message itself may be earlier than its own copy.
 *
 * @param isRedelivered the broker has delivered the message before: its place in the broker's queue may not be the one of its last copy
 * @param now milliseconds since the epoch
 */
export function withoutLost(queue: KeyQueue, who: string, isRedelivered: boolean, now: number): KeyQueue {
  const position = queue.findIndex((waiting) => waiting.who === who);
  const own = queue[position];
  if (position < 1 || !own || isRedelivered || own.due * 1000 > now) return queue;
  const kept = queue.filter(({ due }, index) => index >= position || due + patienceSeconds >= own.due);
  return kept.length === queue.length ? queue : kept;
}

/** What happened to a message, as far as its key is concerned. */
export type KeyEvent =
  /** It needs its place no more: done, or a dead letter. */
  | { readonly kind: 'settled'; readonly who: string }
  /** This turn of it was handed on before: it needs its place only where a copy of a later turn is under way. */
  | { readonly kind: 'handed-on'; readonly who: string; readonly turn: number }
  /** It comes back; it keeps its place, or takes the last one. */
  | ({ readonly kind: 'put-off' } & Waiting)
  /** Those before it that are lost are given up. */
  | { readonly kind: 'lost'; readonly who: readonly string[] };

/** The queue after an event. */
export function afterEvent(queue: KeyQueue, event: KeyEvent): KeyQueue {
  switch (event.kind) {
    case 'settled':
      return queue.filter(({ who }) => who !== event.who);
    case 'handed-on':
      return queue.filter(({ who, turn }) => who !== event.who || turn > event.turn);
    case 'lost':
      return queue.filter(({ who }) => !event.who.includes(who));
    case 'put-off':
      return putOff(queue, { who: event.who, due: event.due, turn: event.turn });
  }
}

/** An older copy of the same message says nothing about the later one that is waited for. */
function putOff(queue: KeyQueue, newcomer: Waiting): KeyQueue {
  const known = queue.find(({ who }) => who === newcomer.who);
  if (!known) return queue.length < longestQueue ? [...queue, newcomer] : queue;
  return newcomer.turn < known.turn ? queue : queue.map((waiting) => (waiting === known ? newcomer : waiting));
}
