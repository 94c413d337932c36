import type { Fault, PlannedFault } from '../../local/faults/fault.ts';
import type { DemoEvent } from './demo-event.ts';
import type { EventSource } from './event-sources.ts';
import { type Random, seededRandom } from './random.ts';
import { highestNumbers, inStory, Stories } from './stories.ts';
import { type Variations, variationsOf } from './vary-example.ts';

/** What goes wrong with an event, or with one of the handlers that get it. */
export type Trouble =
  | 'undecodable'
  | 'invalid'
  | 'retryable'
  | 'exhausting'
  | 'fatal'
  | 'slow'
  | 'hang'
  | 'exit'
  | 'duplicate';

/** Troubles that take as long as a function has time. */
export type Severe = 'hang' | 'exit';

/** Events with what is to go wrong. */
export interface MadeEvents {
  readonly events: readonly DemoEvent[];
  /** What handlers are to meet. */
  readonly faults: readonly PlannedFault[];
  /** Ids of the messages that may become dead letters because of it, by consumer. */
  readonly doomed: ReadonlyMap<string, ReadonlySet<string>>;
  /** How many events meet which trouble. */
  readonly onPurpose: Readonly<Record<Trouble, number>>;
}

export interface MakeEventsOptions {
  readonly count: number;
  /** The same one makes the same events and faults. */
  readonly seed: number;
  /** What happens to one handler of each consumer, in each of these ways. @default nothing */
  readonly severe?: readonly Severe[];
}

/** Parts of all events; each is rounded to whole events. */
const shares = {
  undecodable: 0.01,
  invalid: 0.01,
  retryable: 0.1,
  exhausting: 0.005,
  fatal: 0.01,
  slow: 0.01,
} as const satisfies Partial<Record<Trouble, number>>;
const duplicateShare = 0.05;

interface Original {
  readonly event: DemoEvent;
  readonly source: EventSource;
  trouble: Trouble | undefined;
  fault?: PlannedFault;
}

/** Makes events of the examples of an application, and plans what goes wrong. Without sources it makes none. */
export const makeEvents = async (
  sources: readonly EventSource[],
  { count, seed, severe = [] }: MakeEventsOptions,
): Promise<MadeEvents> => {
  const random = seededRandom(seed);
  const duplicates = sources.length === 0 ? 0 : Math.round(count * duplicateShare);
  const originals = sources.length === 0 ? [] : await makeOriginals(sources, random, count, count - duplicates);
  for (const consumer of new Set(sources.flatMap(({ consumers }) => consumers)))
    for (const trouble of severe) hit(consumer, trouble, originals, random);
  return {
    events: withDuplicates(random, originals, duplicates),
    faults: originals.flatMap(({ fault }) => fault ?? []),
    doomed: doomedOf(originals),
    onPurpose: countTroubles(originals, duplicates),
  };
};

const makeOriginals = async (
  sources: readonly EventSource[],
  random: Random,
  count: number,
  wanted: number,
): Promise<Original[]> => {
  const variations = await Promise.all(sources.map(({ declared }) => variationsOf(declared)));
  const highest = highestNumbers(sources.map(({ declared }) => declared.example));
  const stories = new Stories(sources.length, random);
  const originals: Original[] = [];
  for (const drawn of drawTroubles(random, count, wanted)) {
    const { story, index } = stories.next();
    const [source, variation] = [sources[index], variations[index]];
    if (!source || !variation) throw new RangeError(`there is no event ${index} among ${sources.length}`);
    const trouble = drawn === 'invalid' && variation.invalid.length === 0 ? undefined : drawn;
    const body = inStory(await bodyOf(trouble, variation, random), story, highest, random);
    const event = eventOf(source, random.uuid(), bytesOf(trouble, body));
    const fault = faultOf(trouble, random);
    const consumer = random.pick(source.consumers);
    const planned = fault && { consumer, messageId: event.properties.messageId, fault };
    originals.push({ event, source, trouble, ...(planned && { fault: planned }) });
    if (trouble !== undefined && endsStory.has(trouble)) stories.end(story);
  }
  return originals;
};

/** What comes after a dead letter would fail for want of what the dead letter was about. */
const endsStory: ReadonlySet<Trouble> = new Set(['undecodable', 'invalid', 'exhausting', 'fatal']);

const drawTroubles = (random: Random, count: number, wanted: number): (Trouble | undefined)[] => {
  const drawn = Object.entries(shares).flatMap(([trouble, share]): (Trouble | undefined)[] =>
    Array.from({ length: Math.round(count * share) }, () => trouble as Trouble),
  );
  return random.shuffle(Array.from({ length: wanted }, (_, index) => drawn[index]));
};

const bodyOf = (
  trouble: Trouble | undefined,
  { valid, invalid }: Variations,
  random: Random,
): unknown | Promise<unknown> => (trouble === 'invalid' ? random.pick(invalid) : valid(random));

/** JSON without its end, as after a write that broke off. What may be whole without it gets a beginning. */
const bytesOf = (trouble: Trouble | undefined, body: unknown): Buffer => {
  const text = JSON.stringify(body);
  if (trouble !== 'undecodable') return Buffer.from(text);
  return Buffer.from(typeof body === 'object' && body !== null ? text.slice(0, -1) : `{${text}`);
};

const faultOf = (trouble: Trouble | undefined, random: Random): Fault | undefined => {
  switch (trouble) {
    case 'retryable':
      return { kind: 'retryable', times: 1 + random.below(3) };
    case 'exhausting':
      return { kind: 'retryable' };
    case 'fatal':
      return { kind: 'fatal' };
    case 'slow':
      return { kind: 'slow', milliseconds: random.pick([200, 300, 400]), times: 1 };
    case 'hang':
      return { kind: 'hang', times: 1 };
    case 'exit':
      return { kind: 'exit', when: random.pick(['before', 'after'] as const), times: 1 };
    default:
      return undefined;
  }
};

/** Early, since it takes its time. */
const hit = (consumer: string, trouble: Severe, originals: readonly Original[], random: Random): void => {
  const received = originals.filter(({ source }) => source.consumers.includes(consumer));
  const early = received.slice(0, Math.ceil(received.length / 4)).filter((original) => original.trouble === undefined);
  const fault = faultOf(trouble, random);
  if (early.length === 0 || !fault) return;
  const original = random.pick(early);
  original.trouble = trouble;
  original.fault = { consumer, messageId: original.event.properties.messageId, fault };
};

const eventOf = ({ exchange, type }: EventSource, messageId: string, body: Buffer): DemoEvent => ({
  exchange,
  routingKey: type,
  properties: { messageId, type, contentType: 'application/json', deliveryMode: 2, appId: 'demo' },
  headers: {},
  body,
});

/** Repeats events at random places behind the first one, as a publisher does that did not see a confirm. */
const withDuplicates = (random: Random, originals: readonly Original[], duplicates: number): DemoEvent[] => {
  const placed = originals.map(({ event }, place) => ({ event, place }));
  const repeats = placed.length === 0 ? [] : Array.from({ length: duplicates }, () => random.pick(placed));
  const repeated = repeats.map(({ event, place }) => ({
    event,
    place: place + 0.5 + random.below(placed.length - place),
  }));
  return [...placed, ...repeated].sort((left, right) => left.place - right.place).map(({ event }) => event);
};

const doomedOf = (originals: readonly Original[]): Map<string, Set<string>> => {
  const doomed = new Map<string, Set<string>>();
  for (const { event, source, trouble, fault } of originals) {
    if (trouble === undefined || trouble === 'slow') continue;
    for (const consumer of fault ? [fault.consumer] : source.consumers) {
      const ids = doomed.get(consumer) ?? new Set();
      doomed.set(consumer, ids.add(event.properties.messageId));
    }
  }
  return doomed;
};

const countTroubles = (originals: readonly Original[], duplicate: number): Record<Trouble, number> => {
  const of = (wanted: Trouble): number => originals.filter(({ trouble }) => trouble === wanted).length;
  return {
    duplicate,
    undecodable: of('undecodable'),
    invalid: of('invalid'),
    retryable: of('retryable'),
    exhausting: of('exhausting'),
    fatal: of('fatal'),
    slow: of('slow'),
    hang: of('hang'),
    exit: of('exit'),
  };
};
