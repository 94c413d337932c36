import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod/mini';
import type { EventSource } from '../../../../lib/platform/cli/demo/event-sources.ts';
import { type MadeEvents, type MakeEventsOptions, makeEvents } from '../../../../lib/platform/cli/demo/make-events.ts';
import { event } from '../../../../lib/platform/declaration/event.ts';

const entered = z.object({ type: z.literal('car.entered'), plate: z.string() });
const left = z.object({ type: z.literal('car.left'), plate: z.string(), note: z.optional(z.string()) });
const schemas = { 'car.entered': entered, 'car.left': left };
const sources: readonly EventSource[] = [
  {
    type: 'car.entered',
    declared: event({ schema: entered, example: { type: 'car.entered', plate: 'car-1' } }),
    exchange: 'parking',
    consumers: ['log'],
  },
  {
    type: 'car.left',
    declared: event({ schema: left, example: { type: 'car.left', plate: 'car-1', note: 'x' } }),
    exchange: 'parking',
    consumers: ['bill', 'log'],
  },
];
const options = fc.record({ count: fc.integer({ min: 0, max: 300 }), seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }) });
const holds = (property: (made: MadeEvents, options: MakeEventsOptions) => void) =>
  fc.assert(
    fc.asyncProperty(options, async (each) => property(await makeEvents(sources, each), each)),
    { numRuns: 12 },
  );
const idOf = ({ properties }: MadeEvents['events'][number]) => properties.messageId;
/** For comparing: `toEqual` goes through bodies byte by byte. */
const textOf = (made: unknown) => JSON.stringify(made);
const kindOf = ({ routingKey, body }: MadeEvents['events'][number]) => {
  try {
    const { success } = schemas[routingKey as keyof typeof schemas].safeParse(JSON.parse(body.toString()));
    return success ? 'valid' : 'invalid';
  } catch {
    return 'undecodable';
  }
};
const originalsOf = ({ events }: MadeEvents) => [...new Map(events.map((each) => [idOf(each), each])).values()];

describe('the events of the demo', () => {
  it('are as many as were asked for, and with their faults the same for the same seed', async () => {
    await holds((made, { count }) => expect(made.events).toHaveLength(count));
    const made = textOf(await makeEvents(sources, { count: 100, seed: 1 }));
    expect(textOf(await makeEvents(sources, { count: 100, seed: 1 }))).toBe(made);
    expect(textOf(await makeEvents(sources, { count: 100, seed: 2 }))).not.toBe(made);
  });

  it('are valid, but for those of which it is said that they are not', async () => {
    await holds((made) => {
      const kinds = originalsOf(made).map(kindOf);
      for (const kind of ['invalid', 'undecodable'] as const)
        expect(kinds.filter((each) => each === kind)).toHaveLength(made.onPurpose[kind]);
    });
  });

  it('are repeated as often as is said: same id, same body, after the first', async () => {
    await holds((made) => {
      const first = new Map<string, string>();
      for (const each of made.events) {
        expect(textOf(each)).toBe(first.get(idOf(each)) ?? textOf(each));
        first.set(idOf(each), textOf(each));
      }
      expect(made.events.length - first.size).toBe(made.onPurpose.duplicate);
    });
  });

  it('tell of a car that left after it entered, and not of one whose entering cannot be done', async () => {
    await holds((made) => {
      const doomed = new Set([...made.doomed.values()].flatMap((ids) => [...ids]));
      const undone = new Set(
        made.faults.flatMap(({ messageId, fault }) => (fault.kind === 'fatal' || !fault.times ? messageId : [])),
      );
      const inside = new Set<string>();
      for (const each of originalsOf(made)) {
        if (kindOf(each) !== 'valid') continue;
        const { type, plate } = JSON.parse(each.body.toString());
        if (type === 'car.left') expect(inside.has(plate)).toBe(true);
        else if (!undone.has(idOf(each))) inside.add(plate);
        if (undone.has(idOf(each))) expect(doomed.has(idOf(each))).toBe(true);
      }
    });
  });

  it('meet faults at consumers that get them, one fault each', async () => {
    await holds(({ events, faults, onPurpose }) => {
      const consumersOf = new Map(
        events.map((each) => [idOf(each), sources.find(({ type }) => type === each.routingKey)?.consumers ?? []]),
      );
      expect(faults.filter(({ consumer, messageId }) => !consumersOf.get(messageId)?.includes(consumer))).toEqual([]);
      expect(new Set(faults.map(({ messageId }) => messageId)).size).toBe(faults.length);
      const { retryable, exhausting, fatal, slow, hang, exit } = onPurpose;
      expect(faults).toHaveLength(retryable + exhausting + fatal + slow + hang + exit);
    });
  });

  it('hold the documented part of every kind of trouble', async () => {
    const { onPurpose } = await makeEvents(sources, { count: 1_000, seed: 1 });
    expect(onPurpose).toEqual({
      duplicate: 50,
      undecodable: 10,
      invalid: 10,
      retryable: 100,
      exhausting: 5,
      fatal: 10,
      slow: 10,
      hang: 0,
      exit: 0,
    });
  });

  it('let a handler of each consumer hang or die where that is wanted', async () => {
    const { faults, onPurpose } = await makeEvents(sources, { count: 40, seed: 1, severe: ['hang', 'exit'] });
    expect(onPurpose).toMatchObject({ hang: 2, exit: 2 });
    const severe = faults.filter(({ fault }) => ['hang', 'exit'].includes(fault.kind));
    expect(severe.map(({ consumer, fault }) => `${consumer} ${fault.kind} ${fault.times}`).sort()).toEqual([
      'bill exit 1',
      'bill hang 1',
      'log exit 1',
      'log hang 1',
    ]);
  });

  it('are none where nobody gets any', async () => {
    expect((await makeEvents([], { count: 100, seed: 1 })).events).toEqual([]);
  });
});
