import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CompressionSettings, compressor } from '../../../../lib/platform/runtime/amqp/compression.ts';
import { createEventPublisher } from '../../../../lib/platform/runtime/amqp/event-publisher.ts';
import { decodeBody } from '../../../../lib/platform/runtime/decode/body.ts';
import type { OutgoingMessage } from '../../../../lib/platform/runtime/publisher.ts';

const message = (body: Buffer, contentEncoding?: string): OutgoingMessage => ({
  exchange: 'events',
  routingKey: 't',
  properties: { contentType: 'application/octet-stream', ...(contentEncoding ? { contentEncoding } : {}) },
  headers: {},
  body,
});

/** What a consumer makes of it. */
const read = ({ properties, body }: OutgoingMessage) =>
  decodeBody({ queue: 'q', vhost: 'v', redelivered: false, properties, headers: {}, body });

describe('a compressed body', () => {
  it.each(['gzip', 'zstd'] as const)('is read by a consumer as it was before (%s)', async (encoding) => {
    const compress = compressor({ aboveBytes: 0, encoding });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), fc.integer({ min: 1, max: 50 }), async (bytes, times) => {
        const body = Buffer.concat(Array.from({ length: times }, () => bytes));
        const sent = await compress(message(body));
        expect(read(sent)).toEqual(body);
        expect(sent.body.length).toBeLessThanOrEqual(body.length);
      }),
    );
  });

  it('is one above the size only, one that gets smaller, and one that is not compressed already', async () => {
    const compress = compressor({ aboveBytes: 1000 });
    const [small, large, noise] = [Buffer.alloc(1000), Buffer.alloc(1001), randomBytes(5000)];
    for (const untouched of [message(small), message(noise), message(large, 'br')])
      expect(await compress(untouched)).toBe(untouched);
    expect((await compress(message(large))).properties.contentEncoding).toBe('gzip');
  });

  it('comes out of the event publisher, in the order of the events', async () => {
    const sent: OutgoingMessage[] = [];
    const publisher = {
      publish: async (messages: readonly OutgoingMessage[]) => {
        sent.push(...messages);
        return messages.map(() => ({ status: 'confirmed' as const }));
      },
    };
    const events = createEventPublisher({ publisher, exchange: 'events', compression: { encoding: 'zstd' } });
    const data = [{ text: 'x'.repeat(200_000) }, { text: 'short' }, { text: 'y'.repeat(50_000) }];
    await events.publishAll(data.map((each) => ({ type: 't', data: each })));
    expect(sent.map(({ properties }) => properties.contentEncoding)).toEqual(['zstd', undefined, 'zstd']);
    expect(sent.map(read)).toEqual(data);
    expect(sent[0]?.body.length).toBeLessThan(1000);
  });

  it('is refused where the settings mean nothing', () => {
    expect(() => compressor({ aboveBytes: -1 })).toThrow('compression.aboveBytes is -1');
    expect(() => compressor({ encoding: 'lzma' } as unknown as CompressionSettings)).toThrow(
      'compression.encoding is lzma; it must be gzip or zstd',
    );
  });
});
