import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { seededRandom } from '../../../../lib/platform/cli/demo/random.ts';
import { variationsOf } from '../../../../lib/platform/cli/demo/vary-example.ts';
import { event } from '../../../../lib/platform/declaration/event.ts';

const carLeft = z.object({
  plate: z.string(),
  note: z.optional(z.string()),
  stops: z.array(z.object({ place: z.string(), minutes: z.optional(z.int()) })),
});
const example = { plate: 'A-1', note: 'in a hurry', stops: [{ place: 'P-1', minutes: 5 }] };
const declared = event({ schema: carLeft, example });

describe('variations of an example', () => {
  it('do without what the schema can do without, in every combination, and pass the schema', async () => {
    const { valid } = await variationsOf(declared);
    const random = seededRandom(1);
    const bodies = await Promise.all(Array.from({ length: 50 }, () => valid(random)));
    expect(new Set(bodies.map((body) => JSON.stringify(body)))).toEqual(
      new Set([
        JSON.stringify(example),
        JSON.stringify({ plate: 'A-1', stops: example.stops }),
        JSON.stringify({ ...example, stops: [{ place: 'P-1' }] }),
        JSON.stringify({ plate: 'A-1', stops: [{ place: 'P-1' }] }),
      ]),
    );
  });

  it('are invalid where the schema says so: a member is missing or of another type', async () => {
    const { invalid } = await variationsOf(declared);
    expect(invalid.filter((body) => carLeft.safeParse(body).success)).toEqual([]);
    expect(invalid).toContainEqual({ note: 'in a hurry', stops: example.stops });
    expect(invalid).toContainEqual({ ...example, plate: 42 });
    expect(invalid).toContainEqual({ ...example, stops: [{ place: 'P-1', minutes: 'something else' }] });
  });

  it('keep one of two members of which the schema needs either', async () => {
    const schema = z.union([z.object({ mail: z.string() }), z.object({ phone: z.string() })]);
    const { valid } = await variationsOf(event({ schema, example: { mail: 'a', phone: 'b' } }));
    const random = seededRandom(1);
    for (let index = 0; index < 20; index += 1) expect(schema.safeParse(await valid(random)).success).toBe(true);
  });

  it('are never invalid for a schema that takes anything, and may be of a body that has no members', async () => {
    expect((await variationsOf(event({ schema: z.unknown(), example: { plate: 'A' } }))).invalid).toEqual([]);
    expect((await variationsOf(event({ schema: z.string(), example: 'A' }))).invalid).toEqual([42]);
  });
});
