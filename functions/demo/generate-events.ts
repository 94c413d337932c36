import { type DemoEvent, type Random, seededRandom } from '#demo';
import type { OrderCancelled, OrderPlaced, UserRegistered } from '../events.ts';

/** What a generated event is made to show. The ledger never sees this: it counts what the broker and the tables say. */
export type Purpose = 'plain' | 'flaky' | 'slow' | 'not-json' | 'schema-violation' | 'fatal' | 'exhausting';

export interface GeneratedEvent extends DemoEvent {
  readonly purpose: Purpose;
  /** The same message id and body were published before. */
  readonly duplicate: boolean;
}

/** Parts of all published events; each is rounded to whole events. What remains is plain. */
export const shares = {
  duplicate: 0.05,
  /** Fail one to three times, then succeed. */
  flaky: 0.1,
  /** Take 200 to 400 ms. */
  slow: 0.01,
  'not-json': 0.01,
  'schema-violation': 0.01,
  fatal: 0.01,
  /** Fail at every attempt. */
  exhausting: 0.005,
} as const;

const oneCancellationIn = 8;

/**
 * Makes `count` events of the sample domain, the duplicates among them included. Pure: the same count and seed give the same
 * events. A cancelled order was placed before, by an event that does not fail.
 */
export const generateEvents = (count: number, seed: number): GeneratedEvent[] => {
  const random = seededRandom(seed);
  const duplicates = Math.round(count * shares.duplicate);
  const originals = makeOriginals(random, purposesOf(count - duplicates, count));
  return withDuplicates(random, originals, duplicates);
};

const purposesOf = (originals: number, count: number): Purpose[] => {
  const special = (['flaky', 'slow', 'not-json', 'schema-violation', 'fatal', 'exhausting'] as const).flatMap(
    (purpose): Purpose[] => Array(Math.round(count * shares[purpose])).fill(purpose),
  );
  const plain: Purpose[] = Array(Math.max(0, originals - special.length)).fill('plain');
  return [...special, ...plain].slice(0, originals);
};

const makeOriginals = (random: Random, purposes: readonly Purpose[]): GeneratedEvent[] => {
  const cancellable: string[] = [];
  return random.shuffle(purposes).map((purpose, index) => {
    const number = index + 1;
    const isOrder = random.below(2) === 0;
    if (purpose === 'plain' && isOrder && random.below(oneCancellationIn) === 0) {
      const orderId = cancellable.shift();
      if (orderId !== undefined) return eventOf(random, purpose, cancelled(orderId));
    }
    const payload = isOrder ? placed(random, purpose, number) : registered(random, purpose, number);
    if (payload.type === 'order.placed' && purpose === 'plain') cancellable.push(payload.orderId);
    return eventOf(random, purpose, payload);
  });
};

const placed = (random: Random, purpose: Purpose, number: number): OrderPlaced => ({
  type: 'order.placed',
  orderId: `order-${number}`,
  customerId: `customer-${1 + random.below(200)}`,
  lines: [{ sku: skuFor(random, purpose), quantity: 1 + random.below(5) }],
});

const skuFor = (random: Random, purpose: Purpose): string => {
  if (purpose === 'flaky') return `FLAKY-${1 + random.below(3)}`;
  if (purpose === 'slow') return `SLOW-${random.pick([200, 300, 400])}`;
  if (purpose === 'fatal') return 'DISCONTINUED';
  if (purpose === 'exhausting') return 'OUTAGE';
  return `SKU-${1 + random.below(500)}`;
};

const cancelled = (orderId: string): OrderCancelled => ({
  type: 'order.cancelled',
  orderId,
  reason: 'changed my mind',
});

const registered = (random: Random, purpose: Purpose, number: number): UserRegistered => {
  const user: UserRegistered = {
    type: 'user.registered',
    userId: `user-${number}`,
    email: emailFor(random, purpose, number),
  };
  return random.below(3) === 0 ? { ...user, phone: `+1415555${String(number % 10_000).padStart(4, '0')}` } : user;
};

const emailFor = (random: Random, purpose: Purpose, number: number): string => {
  if (purpose === 'flaky')
    return random.pick([
      `flaky+${1 + random.below(3)}.user-${number}@example.com`,
      `throttled.user-${number}@example.com`,
    ]);
  if (purpose === 'slow') return `slow+${random.pick([200, 300, 400])}.user-${number}@example.com`;
  if (purpose === 'fatal') return `user-${number}.example.com`;
  if (purpose === 'exhausting') return `outage.user-${number}@example.com`;
  return `user-${number}@example.com`;
};

const eventOf = (
  random: Random,
  purpose: Purpose,
  payload: OrderPlaced | OrderCancelled | UserRegistered,
): GeneratedEvent => ({
  exchange: 'events',
  routingKey: payload.type,
  properties: {
    messageId: random.uuid(),
    type: payload.type,
    contentType: 'application/json',
    deliveryMode: 2,
    appId: 'demo',
  },
  headers: {},
  body: bodyOf(purpose, payload),
  purpose,
  duplicate: false,
});

const bodyOf = (purpose: Purpose, payload: OrderPlaced | OrderCancelled | UserRegistered): Buffer => {
  const text = JSON.stringify(payload);
  if (purpose === 'not-json') return Buffer.from(text.slice(0, -5));
  if (purpose === 'schema-violation')
    return Buffer.from(
      JSON.stringify(payload.type === 'user.registered' ? { ...payload, email: 42 } : { ...payload, orderId: '' }),
    );
  return Buffer.from(text);
};

/** Repeats events at random places behind the first one, as a publisher does that did not see a confirm. */
const withDuplicates = (random: Random, originals: readonly GeneratedEvent[], duplicates: number): GeneratedEvent[] => {
  const placesOf = originals.map((event, index) => ({ event, place: index }));
  const repeats = originals.length === 0 ? [] : Array.from({ length: duplicates }, () => random.pick(placesOf));
  const repeated = repeats.map(({ event, place }) => ({
    event: { ...event, duplicate: true },
    place: place + 0.5 + random.below(originals.length - place),
  }));
  return [...placesOf, ...repeated].sort((left, right) => left.place - right.place).map(({ event }) => event);
};
