import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { ClaimCheckStore } from '../../../../lib/platform/runtime/claim-check/claim-check-store.ts';
import { referenceHeaders, referenceTo, sha256Of } from '../../../../lib/platform/runtime/claim-check/reference.ts';
import type { Message } from '../../../../lib/platform/runtime/message.ts';
import { type Handle, invoke, message, newWorld, type Run, summary } from '../batch/harness.ts';
import { redelivery } from '../lambda-event.ts';
import { MemoryStore } from './memory-store.ts';

const setting = (body: Buffer, contentEncoding?: string) => {
  const world = newWorld();
  const store = new MemoryStore();
  const reference = referenceTo('events', 'a', body);
  store.bodies.set(reference.key, body);
  const published = message('a', {
    properties: { contentType: 'application/json', ...(contentEncoding && { contentEncoding }) },
    headers: referenceHeaders(reference),
  });
  const seen: Message<unknown>[] = [];
  const run = (handle: Handle = (got) => void seen.push(got), more: Run = {}) =>
    invoke(world, [published], handle, { services: { claimChecks: async () => store }, ...more });
  return { world, store, reference, published, seen, run };
};
const json = Buffer.from('{"orderId":"7"}');
const schema = z.object({ orderId: z.string() });

describe('a message whose body is in the bucket', () => {
  it('reaches its handler as if it had carried it', async () => {
    const { seen, run } = setting(json);
    expect(await run(undefined, { schema })).toMatchObject({ done: 1 });
    expect(seen).toMatchObject([{ body: { orderId: '7' }, bytes: json }]);
  });

  it('is decompressed like any other', async () => {
    const { seen, run } = setting(gzipSync(json), 'gzip');
    await run(undefined, { schema });
    expect(seen[0]?.body).toEqual({ orderId: '7' });
  });

  it('is the bytes where there is no schema', async () => {
    const { seen, run } = setting(json);
    await run();
    expect(seen[0]?.body).toEqual(json);
  });

  it('can be ordered by what is in it', async () => {
    const { seen, run } = setting(json);
    const keys: unknown[] = [];
    await run(undefined, { schema, orderBy: ({ body }) => String(keys.push((body as { orderId: string }).orderId)) });
    expect(keys).toEqual(['7']);
    expect(seen).toHaveLength(1);
  });

  it('is fetched once to be ordered and handled, side by side with the others', async () => {
    const store = new MemoryStore();
    const messages = ['a', 'b', 'c'].map((id) => {
      const reference = referenceTo('events', id, json);
      store.bodies.set(reference.key, json);
      return message(id, { properties: { contentType: 'application/json' }, headers: referenceHeaders(reference) });
    });
    const fetches: string[] = [];
    let running = 0;
    let most = 0;
    const claimChecks = async (): Promise<ClaimCheckStore> => ({
      put: store.put.bind(store),
      get: async (key, options) => {
        fetches.push(key);
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        running--;
        return store.get(key, options);
      },
    });
    const bodies: unknown[] = [];
    const handle: Handle = ({ body }) => void bodies.push(body);
    const run = invoke(newWorld(), messages, handle, { schema, orderBy: () => 'key', services: { claimChecks } });
    expect(await run).toMatchObject({ done: 3 });
    expect(bodies).toEqual([{ orderId: '7' }, { orderId: '7' }, { orderId: '7' }]);
    expect(fetches).toHaveLength(3);
    expect(most).toBe(3);
  });

  it('keeps its reference when it fails, and its copies stay small', async () => {
    const { world, store, reference, run } = setting(json);
    await run(() => {
      throw new Error('not today');
    });
    const [copy] = world.publisher.published;
    expect(copy).toMatchObject({ body: Buffer.alloc(0), headers: referenceHeaders(reference) });
    const seen: unknown[] = [];
    if (copy)
      await invoke(world, [redelivery(copy)], (got) => void seen.push(got.body), {
        services: { claimChecks: async () => store },
      });
    expect(seen).toEqual([json]);
  });

  it('keeps its reference however large its other headers are', async () => {
    const { world, store, reference } = setting(json);
    const headers = {
      ...referenceHeaders(reference),
      ...Object.fromEntries([...'abcd'].map((n) => [n, n.repeat(15_000)])),
    };
    await invoke(
      world,
      [message('a', { headers })],
      () => {
        throw new Error('e'.repeat(10_000));
      },
      { services: { claimChecks: async () => store } },
    );
    expect(world.publisher.published[0]?.headers).toMatchObject(referenceHeaders(reference));
  });
});

describe('a body that cannot be had', () => {
  const outcome = async (change: (store: MemoryStore, key: string) => void, more?: Run) => {
    const { world, store, reference, seen, run } = setting(json);
    change(store, reference.key);
    await run(undefined, more);
    expect(seen).toEqual([]);
    const [copy] = world.publisher.published;
    return { ...(copy && summary(copy)), message: copy?.headers['x-exception-message'] };
  };

  it('because it is missing is tried again', async () => {
    expect(await outcome((store) => store.bodies.clear())).toMatchObject({
      attempt: 2,
      message: expect.stringContaining('could not be read: NoSuchKey: no such key'),
    });
  });

  it('because access is denied is tried again', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDenied' });
    expect(await outcome((store) => Object.assign(store, { problem: denied }))).toMatchObject({
      attempt: 2,
      message: expect.stringContaining('AccessDenied: no'),
    });
  });

  it('because another one is there is a dead letter that names both hashes', async () => {
    const other = Buffer.from('{"orderId":"8"}');
    const { message: said, ...copy } = await outcome((store, key) => void store.bodies.set(key, other));
    expect(copy).toEqual({ id: 'a', to: 'dead-letter q', attempt: 1, reason: 'undecodable' });
    expect(said).toContain(sha256Of(json));
    expect(said).toContain(sha256Of(other));
  });

  it.each([Buffer.from('{}'), Buffer.alloc(1000)])('because it has another size is a dead letter', async (other) => {
    expect(await outcome((store, key) => void store.bodies.set(key, other))).toMatchObject({
      reason: 'undecodable',
      message: expect.stringContaining('15 were published'),
    });
  });

  it('because it is larger than the consumer reads is a dead letter, and is not fetched', async () => {
    const { world, store, run } = setting(json);
    await run(undefined, { maxBodyBytes: 14 });
    expect(world.publisher.published.map(summary)).toMatchObject([{ reason: 'undecodable' }]);
    expect(store.reads).toBe(0);
  });

  it('because no bucket is configured is a dead letter that names the variable', async () => {
    expect(await outcome(() => {}, { services: {} })).toMatchObject({
      to: 'dead-letter q',
      reason: 'fatal',
      message: expect.stringContaining('CLAIM_CHECK_BUCKET'),
    });
  });
});

it('a message that has a body of its own is read as it is, whatever its headers say', async () => {
  const { world, store, reference } = setting(json);
  const seen: unknown[] = [];
  await invoke(
    world,
    [message('a', { headers: referenceHeaders(reference), body: 'own' })],
    (got) => void seen.push(got.bytes.toString()),
    {
      services: { claimChecks: async () => store },
    },
  );
  expect(seen).toEqual(['own']);
  expect(store.reads).toBe(0);
});
