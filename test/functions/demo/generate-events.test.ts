import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type GeneratedEvent, generateEvents, shares } from '../../../functions/demo/generate-events.ts';
import { orderEvent, userRegistered } from '../../../functions/events.ts';

const counts = fc.integer({ min: 0, max: 1_500 });
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const holds = (property: (events: GeneratedEvent[], count: number) => void) =>
  fc.assert(
    fc.property(counts, seeds, (count, seed) => property(generateEvents(count, seed), count)),
    { numRuns: 30 },
  );
const of = (events: readonly GeneratedEvent[], purpose: string) =>
  events.filter((event) => event.purpose === purpose && !event.duplicate);
/** For comparing: `toEqual` goes through bodies byte by byte. */
const textOf = (generated: unknown) => JSON.stringify(generated);
const invalid = new Map([
  ['not-json', 'not JSON'],
  ['schema-violation', 'refused'],
]);
const kindOf = ({ routingKey, body }: GeneratedEvent) => {
  const schema = routingKey === 'user.registered' ? userRegistered : orderEvent;
  try {
    return schema.safeParse(JSON.parse(body.toString())).success ? 'valid' : 'refused';
  } catch {
    return 'not JSON';
  }
};

describe('the events of the demo', () => {
  it('are the same for the same seed and differ for another', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const events = textOf(generateEvents(100, seed));
        expect(textOf(generateEvents(100, seed))).toBe(events);
        expect(textOf(generateEvents(100, (seed + 1) % 2 ** 32))).not.toBe(events);
      }),
      { numRuns: 20 },
    );
  });

  it('are as many as were asked for', () => {
    holds((events, count) => expect(events).toHaveLength(count));
  });

  it('repeat a twentieth of the messages: same id, same body, after the first', () => {
    holds((events, count) => {
      const first = new Map<string, GeneratedEvent>();
      for (const event of events) {
        const earlier = first.get(event.properties.messageId);
        if (earlier) expect(textOf(event)).toBe(textOf({ ...earlier, duplicate: true }));
        else first.set(event.properties.messageId, event);
      }
      expect([...first.values()].filter(({ duplicate }) => duplicate)).toEqual([]);
      expect(events.length - first.size).toBe(Math.round(count * shares.duplicate));
    });
  });

  it('hold the documented part of every kind of trouble', () => {
    const events = generateEvents(1_000, 1);
    expect(of(events, 'flaky')).toHaveLength(100);
    for (const purpose of ['slow', 'not-json', 'schema-violation', 'fatal'])
      expect(of(events, purpose)).toHaveLength(10);
    expect(of(events, 'exhausting')).toHaveLength(5);
  });

  it('are valid by the schema of their consumer unless they are made not to be', () => {
    holds((events) => {
      const kinds = events.map((event) => ({ purpose: event.purpose, kind: kindOf(event) }));
      expect(kinds.filter(({ purpose, kind }) => kind !== (invalid.get(purpose) ?? 'valid'))).toEqual([]);
    });
  });

  it('cancel only orders that were placed before by an event that succeeds, and each once', () => {
    holds((events) => {
      const open = new Set<string>();
      for (const event of events.filter(({ purpose, duplicate }) => purpose === 'plain' && !duplicate)) {
        const { type, orderId } = JSON.parse(event.body.toString());
        if (type === 'order.placed') open.add(orderId);
        if (type === 'order.cancelled' && !open.delete(orderId)) throw new Error(`${orderId} cannot be cancelled`);
      }
    });
  });

  it('cover all three types of the sample domain', () => {
    const types = new Set(generateEvents(1_000, 1).map((event) => event.properties.type));
    expect(types).toEqual(new Set(['order.placed', 'order.cancelled', 'user.registered']));
  });
});
