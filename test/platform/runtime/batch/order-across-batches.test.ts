import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ClaimStoreError } from '../../../../lib/platform/runtime/claims/claim-store-error.ts';
import { FatalError, ForwardingError, RetryableError } from '../../../../lib/platform/runtime/errors.ts';
import type { KeyQueueStore } from '../../../../lib/platform/runtime/order/key-queue-store.ts';
import type { OutgoingMessage } from '../../../../lib/platform/runtime/publisher.ts';
import { sleep } from '../../../../lib/platform/time/clock.ts';
import { type Published, redelivery } from '../lambda-event.ts';
import { confirmed, failed, type Handle, invoke, message, newWorld, returned, summary, type World } from './harness.ts';

const keyed = (id: string) => message(id, { headers: { key: id.slice(0, 1) } });
const orderBy = ({ headers }: { headers: Record<string, unknown> }) => headers.key as string | undefined;
/** The copies as they are delivered, in the order in which they are due. */
const copies = (world: World): Published[] => world.publisher.published.splice(0).map(redelivery);
const failing =
  (...ids: string[]): Handle =>
  ({ id }) => {
    if (ids.includes(id)) throw new RetryableError('x', { delaySeconds: 9 });
  };

describe('while a message waits for its retry', () => {
  it('later ones of its key follow it, also those of later batches, until it is done', async () => {
    const world = newWorld();
    const handled: string[] = [];
    const log: Handle = ({ id }) => void handled.push(id);
    await invoke(world, [keyed('a1')], failing('a1'), { orderBy });
    const [a1] = copies(world);
    expect(await invoke(world, ['a2', 'b1'].map(keyed), log, { orderBy })).toMatchObject({
      done: 1,
      deferralCauses: { order: 1 },
    });
    expect(world.publisher.published.map(summary)).toEqual([{ id: 'a2', to: '9 s q', attempt: 1 }]);
    const [a2] = copies(world);
    await world.clock.advance(9_000);
    // The follower may be back first.
    expect(await invoke(world, [a2 as Published], log, { orderBy })).toMatchObject({ deferralCauses: { order: 1 } });
    await invoke(world, [keyed('a3'), ...copies(world), a1 as Published], log, { orderBy });
    expect(handled).toEqual(['b1', 'a1', 'a2', 'a3']);
    expect(await invoke(world, [keyed('a4')], log, { orderBy })).toMatchObject({ done: 1 });
  });

  it('it is not overtaken when a copy behind it is not confirmed and the batch comes back', async () => {
    const world = newWorld();
    const handled: string[] = [];
    const handle: Handle = ({ id, attempt }) => {
      handled.push(`${id}.${attempt}`);
      if (id === 'a1' && attempt === 1) throw new RetryableError('x', { delaySeconds: 9 });
    };
    const batch = ['a1', 'a2'].map(keyed);
    world.publisher.answer = ({ properties }) => (properties.messageId === 'a2' ? failed : confirmed);
    await expect(invoke(world, batch, handle, { orderBy })).rejects.toThrow(ForwardingError);
    world.publisher.answer = () => confirmed;
    const [a1] = copies(world);
    // a1 is a duplicate now: its copy waits.
    expect(await invoke(world, batch, handle, { orderBy })).toMatchObject({ duplicate: 1, deferred: 1 });
    await world.clock.advance(9_000);
    await invoke(world, [a1 as Published, ...copies(world)], handle, { orderBy });
    expect(handled).toEqual(['a1.1', 'a1.2', 'a2.1']);
  });

  it('a batch comes back whose order cannot be read, and its messages need not wait for the end of a lease then', async () => {
    const world = newWorld();
    const away = async () => Promise.reject(new Error('table is away'));
    const order: KeyQueueStore = { read: away, write: away };
    const handled: string[] = [];
    const log: Handle = ({ id }) => void handled.push(id);
    const run = invoke(world, [keyed('a1')], log, { orderBy, services: { order } });
    await expect(run).rejects.toThrow('table is away');
    await invoke(world, [keyed('a1')], log, { orderBy });
    expect(handled).toEqual(['a1']);
  });

  it('a dead letter lets the others go, also one that its copy became on the way', async () => {
    for (const how of ['fatal', 'unroutable']) {
      const world = newWorld();
      const handle: Handle = ({ id }) => {
        if (id !== 'a1') return;
        throw how === 'fatal' ? new FatalError('x') : new Error('x');
      };
      world.publisher.answer = ({ exchange }) => (exchange === 'dead-letter' ? confirmed : returned);
      expect(await invoke(world, [keyed('a1')], handle, { orderBy })).toMatchObject({ deadLettered: 1 });
      expect(await invoke(world, [keyed('a2')], handle, { orderBy })).toMatchObject({ done: 1 });
    }
  });

  it.each([
    ['in its own batch', false],
    ['in a batch that holds its earlier attempt as well', true],
  ])(
    'a dead letter lets the others go also where its copy was not confirmed, and it is delivered again %s',
    async (_, isLater) => {
      const world = newWorld();
      const handled: string[] = [];
      const handle: Handle = ({ id, attempt }) => {
        if (id === 'a1') throw new RetryableError('x', { delaySeconds: 9 });
        handled.push(`${id}.${attempt}`);
      };
      let invocations = 0;
      const run = (batch: Published[]) => invoke(world, batch, handle, { orderBy, owner: `process/${++invocations}` });
      const original = keyed('a1');
      let batch = [original, keyed('a2')];
      if (isLater) {
        await run([original]);
        await world.clock.advance(9_000);
        batch = [original, ...copies(world), keyed('a2')];
      }
      // Its copy for a retry finds no way, and nobody knows whether the dead letter in its place arrived.
      world.publisher.answer = ({ exchange, properties }) =>
        properties.messageId === 'a2' ? confirmed : exchange === 'dead-letter' ? failed : returned;
      await expect(run(batch)).rejects.toThrow(ForwardingError);
      world.publisher.answer = () => confirmed;
      expect(await run(batch)).toMatchObject({ deadLettered: 1 });
      await world.clock.advance(9_000);
      await run(copies(world));
      expect(handled).toEqual(['a2.1']);
    },
  );

  it('a second delivery of one that was done before waits for nobody, and nobody waits for it', async () => {
    const world = newWorld();
    await invoke(world, [keyed('a1')], () => {}, { orderBy });
    await invoke(world, [keyed('a2')], failing('a2'), { orderBy });
    // Put off, the second one would be known to be done once its copy is read, but nobody would know then that its key waits for it.
    expect(await invoke(world, [keyed('a1'), message('a1')], () => {}, { orderBy })).toMatchObject({ duplicate: 2 });
    await world.clock.advance(9_000);
    expect(await invoke(world, copies(world), () => {}, { orderBy })).toMatchObject({ done: 1 });
    expect(await invoke(world, [keyed('a3')], () => {}, { orderBy })).toMatchObject({ done: 1 });
  });

  it('one behind a suspect goes before one that is behind a message of somebody else', async () => {
    const world = newWorld();
    const handled: string[] = [];
    const claim = { turn: 1, leaseUntil: world.clock.now() + 1_000 };
    await world.claims.claim({ ...claim, key: 'q#s1', owner: 'who died with it' });
    await world.claims.claim({ ...claim, key: 'q#b1', owner: 'somebody else', leaseUntil: world.clock.now() + 90_000 });
    await world.clock.advance(1_000);
    const batch = ['s1', 'a1', 'b1', 'a2', 'a3'].map(keyed);
    const report = await invoke(world, batch, ({ id }) => void handled.push(id), { orderBy });
    expect(handled).toEqual(['s1', 'a1']);
    expect(report).toMatchObject({ done: 2, deferralCauses: { busy: 1, order: 2 } });
  });

  it('one whose process died is waited for no longer than until it is done', async () => {
    const world = newWorld();
    await invoke(world, [keyed('a1')], failing('a1'), { orderBy });
    const [a1] = copies(world);
    await world.clock.advance(9_000);
    const leaseUntil = world.clock.now() + 30_000;
    await world.claims.claim({ key: 'q#a1', turn: 2, owner: 'who died with it', leaseUntil });
    await world.clock.advance(30_000);
    expect(await invoke(world, [a1 as Published], () => {}, { orderBy })).toMatchObject({ done: 1 });
    expect(await invoke(world, [keyed('a2')], () => {}, { orderBy })).toMatchObject({ done: 1 });
  });

  it('what was purged, expired or taken away holds its key up for a time only', async () => {
    const world = newWorld();
    await invoke(world, [keyed('a1')], failing('a1'), { orderBy });
    world.publisher.published.length = 0;
    let due: Published[] = [keyed('a2')];
    const start = world.clock.now();
    let report = await invoke(world, due, () => {}, { orderBy });
    for (let rounds = 0; report.done === 0; rounds++) {
      expect(rounds).toBeLessThan(1000);
      const [copy] = world.publisher.published;
      await world.clock.advance(delayOf(copy as OutgoingMessage));
      due = copies(world);
      report = await invoke(world, due, () => {}, { orderBy });
    }
    expect(world.clock.now() - start).toBeGreaterThan(600_000);
    expect(world.clock.now() - start).toBeLessThan(620_000);
  });
});

describe('the requests that order costs', () => {
  const counting = (world: World) => {
    const calls: string[] = [];
    const order: KeyQueueStore = {
      read: (names) => {
        calls.push(`read ${names.length}`);
        return world.order.read(names);
      },
      write: (name, queue, version) => {
        calls.push(`write ${name} ${queue.length}`);
        return world.order.write(name, queue, version);
      },
    };
    return { calls, services: { order } };
  };

  it('are one read a batch, and one write for each key whose queue changes', async () => {
    const world = newWorld();
    const { calls, services } = counting(world);
    await invoke(world, ['a1', 'a2', 'b1', 'c1'].map(keyed), () => {}, { orderBy, services });
    expect(calls.splice(0)).toEqual(['read 3']);
    await invoke(world, ['a3', 'a4', 'b2'].map(keyed), failing('a3'), { orderBy, services });
    expect(calls.splice(0)).toEqual(['read 2', 'write q#a 2']);
    await invoke(world, copies(world), () => {}, { orderBy, services });
    expect(calls.splice(0)).toEqual(['read 1', 'write q#a 0']);
  });

  it('are none for messages without a key', async () => {
    const world = newWorld();
    const { calls, services } = counting(world);
    await invoke(world, [message('x'), message('y')], failing('x'), { services, orderBy });
    expect(calls).toEqual([]);
  });
});

describe('when it cannot be', () => {
  const away = () => Promise.reject(new ClaimStoreError('order', 'k', 't', new Error('throttled')));

  it('read who waits, the batch comes back and nobody is handled', async () => {
    const world = newWorld();
    const handled: string[] = [];
    const services = { order: { read: away, write: world.order.write } };
    await expect(
      invoke(world, [keyed('a1')], ({ id }) => void handled.push(id), { orderBy, services }),
    ).rejects.toThrow(ClaimStoreError);
    expect(handled).toEqual([]);
  });

  it('written who waits, no copy goes out that nobody knows of: the batch comes back, and is handled then', async () => {
    const world = newWorld();
    const services = { order: { read: (names: readonly string[]) => world.order.read(names), write: away } };
    const batch = ['a1', 'b1'].map(keyed);
    await expect(invoke(world, batch, failing('a1'), { orderBy, services })).rejects.toThrow(
      /1 × the order of its key could not be written: order of "k" in table t failed: Error: throttled/,
    );
    expect(world.publisher.published).toEqual([]);
    expect(await invoke(world, batch, () => {}, { orderBy })).toMatchObject({ done: 1, duplicate: 1 });
  });

  it('written in time, it is not written afterwards: nobody waits for one that has come back and is done', async () => {
    const world = newWorld();
    const order: KeyQueueStore = {
      read: (names) => world.order.read(names),
      // The answer is lost, and the next try of the request finds that the queue was written.
      write: async (...request) => {
        await world.order.write(...request);
        await sleep(world.clock, 60_000);
        return world.order.write(...request);
      },
    };
    await Promise.all([
      expect(invoke(world, [keyed('a1')], failing('a1'), { orderBy, services: { order } })).rejects.toThrow(
        'no answer in time',
      ),
      world.clock.advance(59_000),
    ]);
    expect(await invoke(world, [keyed('a1')], () => {}, { orderBy })).toMatchObject({ done: 1 });
    await world.clock.advance(60_000);
    expect(await invoke(world, [keyed('a2')], () => {}, { orderBy })).toMatchObject({ done: 1 });
  });
});

const delayOf = ({ routingKey }: OutgoingMessage): number =>
  Number.parseInt(routingKey.slice(0, 32).replaceAll('.', ''), 2) * 1000;

type Outcome = 'done' | 'retry once' | 'retry twice' | 'fatal';

/** A broker's queue of one consumer: first in, first out, with copies that come when they are due. */
class Broker {
  readonly ready: Published[] = [];
  readonly #delayed: { readonly due: number; readonly copy: OutgoingMessage }[] = [];

  delay(copy: OutgoingMessage, now: number): void {
    this.#delayed.push({ due: now + delayOf(copy), copy });
  }

  /** Moves what is due; says when the next is. */
  tick(now: number): number | undefined {
    this.#delayed.sort((one, other) => one.due - other.due);
    while (this.#delayed[0] && this.#delayed[0].due <= now) {
      const delayed = this.#delayed.shift();
      if (delayed) this.ready.push(redelivery(delayed.copy));
    }
    return this.#delayed[0]?.due;
  }
}

describe('whatever fails, whatever is not confirmed, however batches are cut', () => {
  it('the effects of a key happen in the order in which its messages came, and all settle', async () => {
    const plans = fc.array(
      fc.record({
        key: fc.constantFrom('a', 'b'),
        outcome: fc.constantFrom<Outcome>('done', 'done', 'retry once', 'retry twice', 'fatal'),
        delay: fc.integer({ min: 1, max: 20 }),
      }),
      { minLength: 2, maxLength: 14 },
    );
    await fc.assert(
      fc.asyncProperty(
        plans,
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.constantFrom('confirmed', 'confirmed', 'failed', 'failed but arrived'), { maxLength: 6 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
        async (plans, sizes, planned, prefetched) => {
          const answers = [...planned];
          const world = newWorld();
          const broker = new Broker();
          const effects: string[] = [];
          const outcomes = new Map(plans.map((plan, index) => [`${plan.key}${index}`, plan]));
          for (const id of outcomes.keys()) broker.ready.push(keyed(id));
          world.publisher.answer = (copy) => {
            const answer = answers.shift() ?? 'confirmed';
            if (answer !== 'failed' && copy.exchange !== 'dead-letter') broker.delay(copy, world.clock.now());
            return answer === 'confirmed' ? confirmed : failed;
          };
          const handle: Handle = ({ id, attempt }) => {
            const { outcome = 'done', delay = 1 } = outcomes.get(id) ?? {};
            if (outcome === 'fatal') throw new FatalError('x');
            if (attempt <= { done: 0, 'retry once': 1, 'retry twice': 2 }[outcome])
              throw new RetryableError('x', { delaySeconds: delay });
            effects.push(id);
          };
          for (let round = 0; ; round++) {
            expect(round).toBeLessThan(300);
            const next = broker.tick(world.clock.now());
            if (broker.ready.length === 0) {
              if (next === undefined) break;
              await world.clock.advance(next - world.clock.now());
              continue;
            }
            const batch = broker.ready.splice(0, sizes[round % sizes.length]);
            const comesBack = await invoke(world, batch, handle, { orderBy }).then(
              () => false,
              () => true,
            );
            if (!comesBack) continue;
            // What the mapping has taken already may be handled before the batch is back.
            const ahead = prefetched[round % prefetched.length] ? broker.ready.splice(0, 2) : [];
            broker.ready.unshift(...ahead, ...batch.map((record) => ({ ...record, redelivered: true })));
          }
          for (const key of ['a', 'b']) {
            const expected = [...outcomes].filter(([id, { outcome }]) => id.startsWith(key) && outcome !== 'fatal');
            expect(effects.filter((id) => id.startsWith(key))).toEqual(expected.map(([id]) => id));
          }
        },
      ),
      { numRuns: 100 },
    );
  }, 180_000);
});
