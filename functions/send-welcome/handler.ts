import { consumer } from '#consumer';
import { userRegistered } from '../events.ts';
import { send } from './provider.ts';

/**
 * Welcomes a new user by e-mail and, where there is a number, by SMS. A message may be handled again after a crash or a
 * failed SMS, so each delivery has a key of its own by which the provider recognises what it has sent already.
 */
export const handler = consumer({
  queue: 'send-welcome',
  message: userRegistered,
  handle: async ({ id, body }, { signal }) => {
    const text = `Welcome, ${body.userId}!`;
    await send({ channel: 'email', to: body.email, text, idempotencyKey: `${id}:email` }, signal);
    if (body.phone !== undefined)
      await send({ channel: 'sms', to: body.phone, text, idempotencyKey: `${id}:sms` }, signal);
  },
});
