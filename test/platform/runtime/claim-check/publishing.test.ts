import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { CompressionSettings } from '../../../../lib/platform/runtime/amqp/compression.ts';
import { createEventPublisher } from '../../../../lib/platform/runtime/amqp/event-publisher.ts';
import type { ClaimCheckSettings } from '../../../../lib/platform/runtime/claim-check/check-in.ts';
import { sha256Of } from '../../../../lib/platform/runtime/claim-check/reference.ts';
import { RecordingPublisher } from '../batch/harness.ts';
import { MemoryStore } from './memory-store.ts';

const large = Buffer.alloc(600_000, 'x');
/** `toEqual` would go through it byte by byte. */
const expectLarge = (body: Uint8Array | undefined) => expect(body && large.equals(body)).toBe(true);
const setting = (claimCheck: ClaimCheckSettings = {}, compression?: CompressionSettings) => {
  const publisher = new RecordingPublisher();
  const store = new MemoryStore();
  const events = createEventPublisher({
    publisher,
    exchange: 'events',
    claimCheck: { store, ...claimCheck },
    compression,
  });
  return { publisher, store, events };
};

describe('an event with a large body', () => {
  it('travels without it, and says where it is', async () => {
    const { publisher, store, events } = setting();
    expect(await events.publish({ type: 't', data: large, id: 'a', headers: { tenant: 'x' } })).toEqual({
      id: 'a',
      status: 'confirmed',
    });
    const sha256 = sha256Of(large);
    const key = `events/a-${sha256.slice(0, 16)}`;
    expect(publisher.published).toMatchObject([
      {
        body: Buffer.alloc(0),
        properties: { messageId: 'a', contentType: 'application/octet-stream' },
        headers: {
          tenant: 'x',
          'x-claim-check-key': key,
          'x-claim-check-sha256': sha256,
          'x-claim-check-bytes': 600_000,
        },
      },
    ]);
    expect([...store.bodies.keys()]).toEqual([key]);
    expectLarge(store.bodies.get(key));
  });

  it('is large by what is left after compression', async () => {
    const { publisher, store, events } = setting({}, {});
    await events.publish({ type: 't', data: large });
    expect(store.bodies.size).toBe(0);
    expectLarge(gunzipSync(publisher.published[0]?.body ?? ''));
  });

  it('is compressed in the bucket, where that is not enough', async () => {
    const { publisher, store, events } = setting({ aboveBytes: 100 }, {});
    await events.publish({ type: 't', data: large });
    expect(publisher.published[0]?.properties.contentEncoding).toBe('gzip');
    expectLarge(gunzipSync([...store.bodies.values()][0] ?? ''));
  });

  it('goes by its own exchange also when it is scheduled', async () => {
    const { store, events } = setting();
    await events.publish({ type: 't', data: large, id: 'a', delay: 60 });
    expect([...store.bodies.keys()]).toEqual([expect.stringMatching(/^events\/a-/)]);
  });

  it('is not sent when the bucket does not take the body; others are', async () => {
    const { publisher, store, events } = setting();
    store.problem = new Error('slow down');
    const results = await events.publishAll([
      { type: 't', data: large, id: 'large' },
      { type: 't', data: 'small', id: 'small' },
    ]);
    expect(results).toMatchObject([
      { id: 'large', status: 'failed', mayHaveArrived: false, error: { name: 'ClaimCheckError' } },
      { id: 'small', status: 'confirmed' },
    ]);
    expect(results).toMatchObject([{ error: { message: expect.stringContaining('slow down') } }, {}]);
    expect(publisher.published).toHaveLength(1);
  });

  it('is refused above what consumers read, before anything is put anywhere', async () => {
    const { store, events } = setting();
    expect(await events.publish({ type: 't', data: Buffer.alloc(67_108_865) })).toMatchObject({
      status: 'failed',
      error: { name: 'MessageTooLargeError', bytes: 67_108_865, limit: 67_108_864 },
    });
    expect(store.bodies.size).toBe(0);
  });

  it('has to wait when too much is on its way to the bucket', async () => {
    const { events } = setting();
    const data = Buffer.alloc(30_000_000);
    const results = await events.publishAll([1, 2, 3].map(() => ({ type: 't', data })));
    expect(results.map(({ status }) => status)).toEqual(['confirmed', 'confirmed', 'failed']);
    expect(results[2]).toMatchObject({ error: { name: 'BacklogFullError' } });
  });
});

it('a body of just the limit travels itself', async () => {
  const { publisher, store, events } = setting({ aboveBytes: 1000 });
  await events.publish({ type: 't', data: Buffer.alloc(1000) });
  expect(publisher.published[0]?.body).toHaveLength(1000);
  expect(publisher.published[0]?.headers).not.toHaveProperty('x-claim-check-key');
  expect(store.bodies.size).toBe(0);
});

it('without a bucket a large body is the publisher’s matter, as ever', async () => {
  const { publisher, events } = setting({ store: undefined });
  await events.publish({ type: 't', data: large });
  expect(publisher.published[0]?.body).toHaveLength(600_000);
});

it('a limit that means nothing is refused by its name', () => {
  expect(() => setting({ aboveBytes: -1 })).toThrow('claimCheck.aboveBytes is -1');
});
