import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lanesOf, runLanes } from '../../../../lib/platform/runtime/batch/lanes.ts';
import { FatalError, RetryableError } from '../../../../lib/platform/runtime/errors.ts';
import { sleep } from '../../../../lib/platform/time/clock.ts';
import { type Handle, invoke, letPass, message, newWorld, summary } from './harness.ts';

const keyed = (id: string) => message(id, { headers: { key: id.slice(0, 1) } });
const orderBy = ({ headers }: { headers: Record<string, unknown> }) => headers.key as string | undefined;

describe('messages', () => {
  it.each([1, 3, 10])('are handled %i at a time', async (concurrency) => {
    const world = newWorld();
    let running = 0;
    let most = 0;
    const handle: Handle = async () => {
      most = Math.max(most, ++running);
      await sleep(world.clock, 2);
      running--;
    };
    const messages = Array.from({ length: 25 }, (_, index) => message(`m${index}`));
    expect(await letPass(world, 100, invoke(world, messages, handle, { concurrency }))).toMatchObject({ done: 25 });
    expect(most).toBe(concurrency);
  });

  it('with the same id are handled one after the other, also without claims', async () => {
    const world = newWorld();
    const log: string[] = [];
    const handle: Handle = async ({ id }) => {
      log.push(`${id} begins`);
      await sleep(world.clock, 2);
      log.push(`${id} ends`);
    };
    const messages = [message('a'), message('a'), message('a')];
    await letPass(world, 100, invoke(world, messages, handle, { claims: 'none' }));
    expect(log).toEqual(Array.from({ length: 3 }, () => ['a begins', 'a ends']).flat());
  });

  it('with the same key are handled in the order of the batch', async () => {
    const world = newWorld();
    const handled: string[] = [];
    const handle: Handle = async ({ id }) => {
      await sleep(world.clock, id.endsWith('1') ? 10 : 1);
      handled.push(id);
    };
    await letPass(world, 100, invoke(world, ['a1', 'b1', 'a2', 'b2', 'a3'].map(keyed), handle, { orderBy }));
    expect(handled.filter((id) => id.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(handled.filter((id) => id.startsWith('b'))).toEqual(['b1', 'b2']);
  });
});

describe('when a message with a key goes to a retry', () => {
  it('the later ones of its key follow with the same delay, uncounted; others are not held up', async () => {
    const world = newWorld();
    const handled: string[] = [];
    const handle: Handle = ({ id }) => {
      handled.push(id);
      if (id === 'a2') throw new RetryableError('x', { delaySeconds: 9 });
    };
    const messages = ['a1', 'b1', 'a2', 'a3', 'b2', 'a4'].map(keyed);
    expect(await invoke(world, messages, handle, { orderBy })).toMatchObject({ done: 3, retried: 1, deferred: 2 });
    expect(handled.toSorted()).toEqual(['a1', 'a2', 'b1', 'b2']);
    expect(world.publisher.published.map(summary)).toEqual([
      { id: 'a2', to: '9 s q', attempt: 2 },
      { id: 'a3', to: '9 s q', attempt: 1 },
      { id: 'a4', to: '9 s q', attempt: 1 },
    ]);
  });

  it('a dead letter holds nobody up', async () => {
    const world = newWorld();
    const handle: Handle = ({ id }) => {
      if (id === 'a1') throw new FatalError('x');
    };
    expect(await invoke(world, ['a1', 'a2'].map(keyed), handle, { orderBy })).toMatchObject({
      done: 1,
      deadLettered: 1,
    });
  });
});

describe('an order key', () => {
  it('that cannot be told is a failure of that message only', async () => {
    const world = newWorld();
    const keyOf = ({ id }: { id: string }) => {
      if (id === 'b') throw new TypeError('no key');
      return undefined;
    };
    const handle: Handle = () => {};
    expect(
      await invoke(
        world,
        ['a', 'b', 'c'].map((id) => message(id)),
        handle,
        { orderBy: keyOf },
      ),
    ).toMatchObject({
      done: 2,
      retried: 1,
    });
  });

  it('is known for compressed and asynchronously validated messages too', async () => {
    const { gzipSync } = await import('node:zlib');
    const schema = {
      '~standard': { version: 1, vendor: 'test', validate: async (value: unknown) => ({ value }) },
    } as const;
    const world = newWorld();
    const handled: unknown[] = [];
    const messages = [1, 2, 3].map((n) =>
      message(`m${n}`, { body: gzipSync(JSON.stringify({ n })), properties: { contentEncoding: 'gzip' } }),
    );
    const handle: Handle = async ({ body }) => {
      await sleep(world.clock, 4 - (body as { n: number }).n);
      handled.push(body);
    };
    await letPass(world, 100, invoke(world, messages, handle, { schema, orderBy: () => 'same' }));
    expect(handled).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });
});

describe('lanes', () => {
  const items = fc.array(
    fc.record({ id: fc.nat(5), key: fc.option(fc.nat(5), { nil: undefined }), waits: fc.boolean() }),
    { maxLength: 30 },
  );
  type Item = { id: number; key: number | undefined; waits: boolean };
  const tokensOf = ({ id, key }: Item) => (key === undefined ? [`i${id}`] : [`i${id}`, `k${key}`]);

  it('hold every item once, in order, with all that share an id or a key', () => {
    fc.assert(
      fc.property(items, (items) => {
        const lanes = lanesOf(items, tokensOf);
        expect(lanes.flat().length).toBe(items.length);
        for (const lane of lanes) {
          const positions = lane.map((item) => items.indexOf(item));
          expect(positions).toEqual(positions.toSorted((a, b) => a - b));
        }
        const laneOf = (item: Item) => lanes.findIndex((lane) => lane.includes(item));
        for (const a of items) {
          for (const b of items) {
            if (a.id === b.id || (a.key !== undefined && a.key === b.key)) expect(laneOf(a)).toBe(laneOf(b));
          }
        }
        expect(lanes.map((lane) => items.indexOf(lane[0] as Item))).toEqual(
          lanes.map((lane) => items.indexOf(lane[0] as Item)).toSorted((a, b) => a - b),
        );
      }),
    );
  });

  it('never run more items than allowed, and the items of a lane one after the other, whatever takes how long', async () => {
    await fc.assert(
      fc.asyncProperty(items, fc.integer({ min: 1, max: 4 }), fc.scheduler(), async (items, concurrency, scheduler) => {
        const lanes = lanesOf(items, tokensOf);
        const ended: Item[] = [];
        const running = new Set<readonly Item[]>();
        let count = 0;
        const wait = async (item: Item, lane: readonly Item[]) => {
          running.add(lane);
          expect(++count).toBeLessThanOrEqual(concurrency);
          await scheduler.schedule(Promise.resolve());
          count--;
          running.delete(lane);
          ended.push(item);
        };
        const run = runLanes(lanes, concurrency, (item, earlier) => {
          const lane = lanes.find((lane) => lane.includes(item)) ?? [];
          expect(earlier).toBe(lane[lane.indexOf(item) - 1]);
          expect(running.has(lane)).toBe(false);
          if (!item.waits) ended.push(item);
          return item.waits ? wait(item, lane) : undefined;
        });
        await scheduler.waitFor(run);
        expect(ended.length).toBe(items.length);
        for (const lane of lanes) expect(ended.filter((item) => lane.includes(item))).toEqual(lane);
      }),
      { numRuns: 50 },
    );
  });
});
