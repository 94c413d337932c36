import type { QueueSample } from './broker-sample.ts';

type Counter = 'published' | 'delivered' | 'redelivered' | 'departed';

/**
 * What is kept of a queue from one look at it to the next.
 *
 * RabbitMQ does not tell the age of a quorum queue's messages. But queues are first in, first out: whatever was in the queue at some moment has left once
 * as many messages have departed since. So for each earlier look at the queue we keep the number of departures by which its messages will all
 * be gone; the earliest look for which that number is not reached yet is the one at which the oldest message was there already.
 */
export interface QueueTrack {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly counters: Readonly<Record<Counter, number>>;
  /** Messages in the queue, those that consumers hold included. */
  readonly depth: number;
  /** Messages that have left the queue since it has been watched, for whatever reason. */
  readonly gone: number;
  /** Earlier looks, oldest first, at which there were messages that are still there: when, and the value of `gone` at which they all have left. */
  readonly pending: readonly (readonly [at: number, goneBy: number])[];
}

/** Messages a second since the look before. */
export interface QueueRates {
  readonly published: number;
  readonly delivered: number;
  readonly redelivered: number;
  readonly departed: number;
}

export interface QueueObservation {
  readonly track: QueueTrack;
  /** Undefined at the first look. */
  readonly rates?: QueueRates;
  /**
   * The oldest message is at least as old as this, in seconds, and at most one interval between two looks older. Too low where messages overtake
   * others in the queue, as those with a priority and those that were given back do.
   */
  readonly oldestAge: number;
}

/** More looks than this are thinned out; the age then becomes coarser, never too high. */
const mostPending = 24;

/** Adds a look at a queue to what is known of it. */
export function observe(
  previous: QueueTrack | undefined,
  sample: Pick<QueueSample, Counter | 'ready' | 'unacknowledged'>,
  at: number,
): QueueObservation {
  const depth = (sample.ready ?? 0) + (sample.unacknowledged ?? 0);
  const counters = {
    published: sample.published,
    delivered: sample.delivered,
    redelivered: sample.redelivered,
    departed: sample.departed,
  };
  if (!previous || at <= previous.at) {
    const pending = depth > 0 ? [[at, depth] as const] : [];
    return { track: { at, counters, depth, gone: 0, pending }, oldestAge: 0 };
  }
  const grown = {
    published: growth(previous, counters, 'published'),
    delivered: growth(previous, counters, 'delivered'),
    redelivered: growth(previous, counters, 'redelivered'),
    departed: growth(previous, counters, 'departed'),
  };
  // What was purged, expired or dead-lettered is counted nowhere, but is not there any more.
  const gone = previous.gone + Math.max(grown.departed, previous.depth - depth);
  const pending = previous.pending.filter(([, goneBy]) => goneBy > gone);
  if (depth > 0) pending.push([at, gone + depth]);
  const seconds = (at - previous.at) / 1000;
  return {
    track: { at, counters, depth, gone, pending: thinned(pending) },
    rates: {
      published: grown.published / seconds,
      delivered: grown.delivered / seconds,
      redelivered: grown.redelivered / seconds,
      departed: grown.departed / seconds,
    },
    oldestAge: (at - (pending[0]?.[0] ?? at)) / 1000,
  };
}

/** A counter that is lower than before has started again. */
const growth = (previous: QueueTrack, counters: Readonly<Record<Counter, number>>, name: Counter): number =>
  counters[name] >= previous.counters[name] ? counters[name] - previous.counters[name] : counters[name];

/** Every other one, but the oldest and the newest. */
const thinned = <T>(items: readonly T[]): readonly T[] =>
  items.length <= mostPending ? items : items.filter((_, index) => index % 2 === 0 || index === items.length - 1);
