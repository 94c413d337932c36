import * as z from 'zod/mini';

/**
 * Body of the messages that carry the routing key `user.registered`. Whether an address can be delivered to is for the
 * provider to say, so the schema asks for text only.
 */
export const userRegistered = z.object({
  type: z.literal('user.registered'),
  userId: z.string().check(z.minLength(1), z.maxLength(64)),
  email: z.string().check(z.minLength(1), z.maxLength(320)),
  /** E.164, for example `+14155550100`; absent when the user gave none. */
  phone: z.optional(z.string().check(z.minLength(1), z.maxLength(32))),
});

export type UserRegistered = z.infer<typeof userRegistered>;
