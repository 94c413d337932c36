import { type DemoDomain, type DemoEvent, type Random, seededRandom } from '#demo';
import type { Fault, PersonJoined, ThingEnded, ThingMade } from './events.ts';

type Body = ThingMade | ThingEnded | PersonJoined;

/** Of a hundred events. */
const shares = { failing: 10, slow: 2, hopeless: 2, outage: 2, repeated: 5 } as const;

/** Makes events of every type with faults of every kind among them. What ends has been made before. */
const generate = (count: number, seed: number): DemoEvent[] => {
  const random = seededRandom(seed);
  const events: DemoEvent[] = [];
  const toBeEnded: string[] = [];
  for (let number = 1; number <= count; number += 1) {
    const again = random.below(100) < shares.repeated ? events[random.below(number)] : undefined;
    events.push(again ?? eventOf(random, bodyOf(random, number, toBeEnded)));
  }
  return events;
};

const bodyOf = (random: Random, number: number, toBeEnded: string[]): Body => {
  const fault = faultOf(random);
  if (random.below(2) === 0) {
    const phone = random.below(3) === 0 ? `+1415555${number}` : undefined;
    return { type: 'person.joined', personId: `person-${number}`, phone, fault };
  }
  const ended = fault === undefined && random.below(8) === 0 ? toBeEnded.shift() : undefined;
  if (ended !== undefined) return { type: 'thing.ended', thingId: ended };
  const thingId = `thing-${number}`;
  if (fault === undefined) toBeEnded.push(thingId);
  return { type: 'thing.made', thingId, parts: [{ name: 'wheel', count: 1 + random.below(5) }], fault };
};

const faultOf = (random: Random): Fault | undefined => {
  let place = random.below(100);
  const isOf = (share: number): boolean => {
    place -= share;
    return place < 0;
  };
  if (isOf(shares.failing)) return { failing: 1 + random.below(3) };
  if (isOf(shares.slow)) return { slow: random.pick([200, 300, 400]) };
  if (isOf(shares.hopeless)) return 'hopeless';
  return isOf(shares.outage) ? 'outage' : undefined;
};

const eventOf = (random: Random, body: Body): DemoEvent => ({
  exchange: 'events',
  routingKey: body.type,
  properties: { messageId: random.uuid(), type: body.type, contentType: 'application/json', deliveryMode: 2 },
  headers: {},
  body: Buffer.from(JSON.stringify(body)),
});

/** What the demo has to know of the test application. */
export const demoDomain: DemoDomain = {
  generate,
  effects: {
    'keep-thing': {
      table: 'Things',
      count: (rows) =>
        new Map(
          rows.flatMap((row) => {
            const messages = row.writtenBy?.SS ?? [];
            const excess = Number(row.writes?.N ?? 0) - messages.length;
            return messages.map((id, index): [string, number] => [id, index === 0 ? 1 + excess : 1]);
          }),
        ),
    },
    'send-note': {
      table: 'Notes',
      count: (rows) => {
        const sends = new Map<string, number>();
        for (const row of rows) {
          const id = (row.noteKey?.S ?? '').replace(/:(email|sms)$/, '');
          sends.set(id, Math.max(sends.get(id) ?? 0, Number(row.sends?.N)));
        }
        return sends;
      },
    },
    'log-all': {
      table: 'Log',
      claims: 'none',
      count: (rows) => new Map(rows.map((row) => [row.messageId?.S ?? '', 1])),
    },
  },
};
