import type { encodeRecord } from '../../../../lib/platform/local/mapping/encode-record.ts';
import type { Entry } from './quorum-queue.ts';

/** A message as a consumer gets it, with the headers that the broker adds. */
export const delivered = ({ message, returns }: Entry, redelivered: boolean): Parameters<typeof encodeRecord>[0] => ({
  properties: {
    ...message.properties,
    headers: {
      ...message.headers,
      ...(returns > 0 && { 'x-delivery-count': returns }),
      ...(message.deaths.length > 0 && {
        'x-death': [...message.deaths] as never,
        'x-first-death-queue': message.deaths.at(-1)?.queue ?? '',
        'x-first-death-reason': message.deaths.at(-1)?.reason ?? '',
      }),
    },
  },
  redelivered,
  content: message.body,
});
