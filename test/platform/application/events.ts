import * as z from 'zod/mini';
import { event } from '#events';

const name = z.string().check(z.minLength(1), z.maxLength(64));

export const thingMade = z.object({
  type: z.literal('thing.made'),
  thingId: name,
  parts: z.array(z.object({ name, count: z.int().check(z.minimum(1)) })),
});

export const thingEnded = z.object({ type: z.literal('thing.ended'), thingId: name });

export const thingEvent = z.discriminatedUnion('type', [thingMade, thingEnded]);

export const personJoined = z.object({
  type: z.literal('person.joined'),
  personId: name,
  /** Somebody without gets one note, not two. */
  phone: z.optional(name),
  /** The note is signed. */
  signed: z.optional(z.boolean()),
});

export type ThingMade = z.infer<typeof thingMade>;
export type ThingEnded = z.infer<typeof thingEnded>;
export type PersonJoined = z.infer<typeof personJoined>;

export const events = {
  'thing.made': event({
    schema: thingMade,
    example: { type: 'thing.made', thingId: 'thing-1', parts: [{ name: 'wheel', count: 4 }] },
  }),
  'thing.ended': event({ schema: thingEnded, example: { type: 'thing.ended', thingId: 'thing-1' } }),
  'person.joined': event({
    schema: personJoined,
    example: { type: 'person.joined', personId: 'person-1', phone: '+14155550100' },
  }),
};
