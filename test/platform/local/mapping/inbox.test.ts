import { describe, expect, it } from '@jest/globals';
import type { ConsumeMessage } from 'amqplib';
import fc from 'fast-check';
import { batchLength, eventOf, Inbox, maximumRecordBytes } from '../../../../lib/platform/local/mapping/inbox.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const message = (content: Buffer | string): ConsumeMessage =>
  ({ content: Buffer.from(content), fields: { redelivered: false }, properties: {} }) as unknown as ConsumeMessage;

describe('the next batch', () => {
  it('holds neither more records nor more bytes than Lambda takes, and no fewer than fit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: maximumRecordBytes - 1 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 20 }),
        (sizes, limit) => {
          const deliveries = sizes.map((bytes) => ({ bytes }));
          const { length, full } = batchLength(deliveries, limit);
          const total = (count: number) => sizes.slice(0, count).reduce((sum, bytes) => sum + bytes + 1, 0);
          expect(length).toBeGreaterThan(0);
          expect(length).toBeLessThanOrEqual(limit);
          expect(total(length)).toBeLessThanOrEqual(maximumRecordBytes);
          if (length < sizes.length) {
            expect(full).toBe(true);
            expect(length === limit || total(length + 1) > maximumRecordBytes).toBe(true);
          }
        },
      ),
    );
  });

  it('comes at once when it is full', async () => {
    const inbox = new Inbox({ size: 2, windowMilliseconds: 10_000, prefetch: 4 });
    for (const body of ['a', 'b', 'c']) inbox.push(message(body));
    const batch = await inbox.next();
    expect(batch?.map((delivery) => delivery.message.content.toString())).toEqual(['a', 'b']);
    expect(inbox.length).toBe(1);
  });

  it('comes when the window that began with its first record is over', async () => {
    const clock = new VirtualClock();
    const inbox = new Inbox({ size: 100, windowMilliseconds: 200, prefetch: 200 }, clock);
    let batch: number | undefined;
    void inbox.next().then((deliveries) => {
      batch = deliveries?.length;
    });
    await clock.advance(100);
    inbox.push(message('a'));
    await clock.advance(100);
    inbox.push(message('b'));
    await clock.advance(99);
    expect(batch).toBeUndefined();
    await clock.advance(1);
    expect(batch).toBe(2);
  });

  it('does not wait for records that the broker will not send', async () => {
    const inbox = new Inbox({ size: 100, windowMilliseconds: 10_000, prefetch: 3 });
    for (const body of ['a', 'b', 'c']) inbox.push(message(body));
    expect(await inbox.next()).toHaveLength(3);
  });

  it('is cut before 6 MB', async () => {
    const inbox = new Inbox({ size: 100, windowMilliseconds: 0, prefetch: 200 });
    for (let index = 0; index < 10; index += 1) inbox.push(message(Buffer.alloc(500_000)));
    const batch = (await inbox.next()) ?? [];
    const event = eventOf(batch, {
      eventSourceArn: 'arn:aws:mq:us-east-1:000000000000:broker:b:b-1',
      queue: 'q',
      vhost: '/',
    });
    expect(batch).toHaveLength(9);
    expect(Buffer.byteLength(event)).toBeLessThanOrEqual(6 * 1024 * 1024);
    expect(Object.keys(JSON.parse(event).rmqMessagesByQueue)).toEqual(['q::/']);
  });

  it('never holds a record that fits into no invocation', () => {
    const inbox = new Inbox({ size: 100, windowMilliseconds: 0, prefetch: 200 });
    expect(inbox.push(message(Buffer.alloc(5 * 1024 * 1024)))).toContain('fits into no invocation');
    expect(inbox.length).toBe(0);
  });

  it('does not come any more once the inbox is closed', async () => {
    const inbox = new Inbox({ size: 100, windowMilliseconds: 60_000, prefetch: 200 });
    inbox.push(message('a'));
    const pending = inbox.next();
    inbox.close();
    expect(await pending).toBeUndefined();
  });
});
