import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Event, EventResult } from '../../../../lib/platform/runtime/amqp/event-publisher.ts';
import { createOutbox } from '../../../../lib/platform/runtime/outbox/outbox.ts';
import { publishOrKeep } from '../../../../lib/platform/runtime/outbox/publish-or-keep.ts';
import { fromTaggedJson, toTaggedJson } from '../../../../lib/platform/runtime/outbox/tagged-json.ts';
import { type LocalTables, startLocalTables } from '../../local/dynamodb/local-tables.ts';
import { createOutboxTable } from './local-outbox.ts';

let tables: LocalTables;
let tableName: string;
beforeAll(async () => {
  tables = await startLocalTables();
  tableName = await createOutboxTable(tables);
}, 180_000);
afterAll(() => tables.stop());

const outboxOf = () => createOutbox({ exchange: 'events', tableName, client: tables.client });
const event = { type: 'order.fulfilled', data: { orderId: '1' } };

describe('adding to the outbox', () => {
  it('fixes id, time and trace of each message, and its place after the one before', () => {
    const items = outboxOf().items(event, { ...event, id: 'mine', key: 'k' });
    const [first, second] = items.map(({ Put }) => Put?.Item);
    expect(first?.messageId).toEqual(first?.position);
    expect(first?.orderKey).toEqual({ S: `message#${first?.messageId?.S}` });
    expect(second).toMatchObject({ messageId: { S: 'mine' }, orderKey: { S: 'key#k' }, state: { S: 'pending' } });
    expect(String(second?.position?.S) > String(first?.position?.S)).toBe(true);
    expect(fromTaggedJson(String(second?.envelope?.S))).toMatchObject({
      properties: { messageId: 'mine', timestamp: expect.any(Date) },
      headers: { traceparent: expect.any(String) },
    });
  });

  it('by itself writes one message or several, and returns their ids', async () => {
    const outbox = outboxOf();
    const [id] = await outbox.add(event);
    const ids = await outbox.add({ ...event, id: 'x', key: 'k' }, { ...event, key: 'k' });
    expect(ids[0]).toBe('x');
    for (const orderKey of [`message#${id}`]) {
      const { Item } = await tables.client.send(
        new GetItemCommand({ TableName: tableName, Key: { orderKey: { S: orderKey }, position: { S: String(id) } } }),
      );
      expect(Item?.state).toEqual({ S: 'pending' });
    }
    expect(await outbox.add()).toEqual([]);
  });

  it('refuses what does not fit into an item, with the sizes and what to do', () => {
    const big = { ...event, id: 'big', data: Buffer.alloc(404_800) };
    expect(() => outboxOf().items(big)).not.toThrow();
    expect(() => outboxOf().items({ ...big, data: Buffer.alloc(405_500) })).toThrow(
      /^message big takes 40\d{4} bytes in the outbox; at most 405504 fit into a DynamoDB item of 400 KB\. Put the body elsewhere/,
    );
  });

  it('what just fits can be written', async () => {
    const [id] = await outboxOf().add({ ...event, data: Buffer.alloc(404_800) });
    expect(id).toBeDefined();
  });

  it('refuses what no broker would take, and keys that are none', () => {
    const outbox = outboxOf();
    expect(() => outbox.items({ ...event, type: 'x'.repeat(300) })).toThrow('routing key has 300 bytes');
    expect(() => outbox.items({ ...event, headers: { n: Number.NaN } })).toThrow('header "n" is NaN');
    expect(() => outbox.items({ ...event, delay: 65_536 })).toThrow('delay is 65536 s; it must be 0 to 65535 s');
    expect(() => outbox.items({ ...event, key: '' })).toThrow(
      'key of an outbox message has 0 bytes; it takes 1 to 1024',
    );
    expect(() => outbox.items({ ...event, key: 'ä'.repeat(513) })).toThrow('has 1026 bytes');
  });

  it('says which setting is missing', () => {
    expect(() => createOutbox({ exchange: 'events' })).toThrow('environment variable OUTBOX_TABLE is not set');
  });

  it('says that nothing was written when the table is not there', async () => {
    const outbox = createOutbox({ exchange: 'events', tableName: 'nowhere', client: tables.client });
    await expect(outbox.add(event)).rejects.toThrow(
      'adding in outbox table nowhere failed: ResourceNotFoundException: Requested resource not found',
    );
  });
});

describe('properties and headers come back as they were', () => {
  const leaf = fc.oneof(
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  );
  const name = fc.oneof(fc.string(), fc.constantFrom('$date', '$bytes', '$entries', '$integer', '__proto__'));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value')), fc.dictionary(name, tie('value'))),
  }));

  it('whatever types they have', () => {
    fc.assert(
      fc.property(value, (original) => {
        expect(fromTaggedJson(toTaggedJson(original))).toEqual(original);
      }),
    );
  });
});

describe('publishing or keeping', () => {
  const attempt = async (result: object, given: Event = event, now = Date.now) => {
    const kept: unknown[] = [];
    const outcome = await publishOrKeep(given, {
      now,
      events: { publish: async () => ({ id: 'the-id', ...result }) as EventResult },
      outbox: () => ({
        add: async (...events) => {
          kept.push(...events);
          return [];
        },
      }),
    });
    return { outcome, kept };
  };
  const error = new Error('broker is away');

  it('keeps nothing that the broker has, or that nobody would ever get', async () => {
    expect(await attempt({ status: 'confirmed' })).toEqual({
      outcome: { status: 'confirmed', id: 'the-id' },
      kept: [],
    });
    expect(await attempt({ status: 'returned', error })).toMatchObject({ outcome: { status: 'returned' }, kept: [] });
  });

  it.each([
    { status: 'rejected', error },
    { status: 'failed', error, mayHaveArrived: true },
  ])('keeps under the same id what was $status', async (result) => {
    expect(await attempt(result)).toEqual({
      outcome: { status: 'kept', id: 'the-id', problem: error },
      kept: [{ ...event, id: 'the-id' }],
    });
  });

  it('counts the delay of what it keeps from the call, not from when the broker was given up', async () => {
    const times = [1_800_000_000_000, 1_800_000_003_000];
    const now = () => times.shift() ?? 0;
    const { kept } = await attempt({ status: 'rejected', error }, { ...event, delay: 60 }, now);
    expect(kept).toEqual([{ ...event, id: 'the-id', deliverAt: new Date(1_800_000_060_000) }]);
  });
});
