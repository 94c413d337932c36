import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createOutbox } from '../../../../lib/platform/runtime/outbox/outbox.ts';
import { OutboxUnavailableError } from '../../../../lib/platform/runtime/outbox/outbox-errors.ts';
import type { OutboxRef } from '../../../../lib/platform/runtime/outbox/outbox-ref.ts';
import type { OutboxStore } from '../../../../lib/platform/runtime/outbox/outbox-store.ts';
import { relayKeys } from '../../../../lib/platform/runtime/outbox/relay.ts';
import type { Relay } from '../../../../lib/platform/runtime/outbox/relay-services.ts';
import type { MessagePublisher, OutgoingMessage, PublishResult } from '../../../../lib/platform/runtime/publisher.ts';
import { MemoryOutbox } from './memory-outbox.ts';

type Outcome = 'confirmed' | 'arrived-unanswered' | 'lost' | 'returned' | 'rejected';

/** A broker that notes what arrives, in order, and answers as it is told; `confirmed` when it is told nothing. */
class FakeBroker implements MessagePublisher {
  readonly arrived: string[] = [];
  readonly outcomes: Outcome[];

  constructor(outcomes: readonly Outcome[] = []) {
    this.outcomes = [...outcomes];
  }

  async publish(messages: readonly OutgoingMessage[]): Promise<PublishResult[]> {
    return messages.map(({ properties }) => {
      const outcome = this.outcomes.shift() ?? 'confirmed';
      const error = new Error(outcome);
      if (outcome === 'confirmed' || outcome === 'arrived-unanswered') this.arrived.push(properties.messageId ?? '');
      if (outcome === 'confirmed') return { status: 'confirmed' };
      if (outcome === 'returned' || outcome === 'rejected') return { status: outcome, error };
      return { status: 'failed', error, mayHaveArrived: true };
    });
  }

  /** What consumers that recognise duplicates make of it: the first of each. */
  get effects(): string[] {
    return [...new Set(this.arrived)];
  }
}

const leaseMilliseconds = 30_000;
const silent = { warn: () => undefined, error: () => undefined };

const world = (outcomes?: readonly Outcome[]) => {
  const clock = { time: 1_800_000_000_000 };
  const now = () => clock.time;
  const store = new MemoryOutbox(now);
  const broker = new FakeBroker(outcomes);
  const outbox = createOutbox({ exchange: 'events', tableName: 'none', now });
  let relays = 0;
  return {
    clock,
    store,
    broker,
    outbox,
    /** Adds messages `<key><number>` in one transaction. */
    add: (...ids: readonly string[]) =>
      store.commit(outbox.items(...ids.map((id) => ({ type: 't', data: {}, id, key: id[0] })))),
    relay: (change: Partial<Relay> = {}): Relay => ({
      store,
      publisher: broker,
      owner: `relay-${++relays}`,
      publishBy: clock.time + leaseMilliseconds - 5000,
      leaseUntil: clock.time + leaseMilliseconds,
      now,
      log: silent,
      ...change,
    }),
  };
};
const keysOf = async (store: OutboxStore): Promise<string[]> => {
  const keys: string[] = [];
  for await (const page of store.waiting()) keys.push(...page.map(({ orderKey }) => orderKey));
  return keys;
};
const ofKey = (ids: readonly string[], key: string) => ids.filter((id) => id[0] === key);

describe('the relay', () => {
  it('publishes what waits, each key in order, more than fits into one look', async () => {
    const { add, relay, store, broker } = world();
    const ids = Array.from({ length: 60 }, (_, index) => `a${index}`);
    for (const id of ids) add(id);
    add('b0', 'b1');
    expect(await relayKeys(['key#a', 'key#b', 'key#a'], relay())).toEqual({ keys: 2, confirmed: 62, givenBack: 0 });
    expect(ofKey(broker.arrived, 'a')).toEqual(ids);
    expect(store.unconfirmed).toBe(0);
  });

  it.each(['returned', 'rejected', 'lost', 'arrived-unanswered'] as const)(
    'stops a key at a message that is %s, goes on with others, and finds it again',
    async (outcome) => {
      const { add, relay, store, broker } = world([outcome]);
      add('a1', 'a2');
      add('b1');
      expect(await relayKeys(['key#a', 'key#b'], relay({ concurrency: 1 }))).toEqual({
        keys: 2,
        confirmed: 1,
        givenBack: 2,
      });
      expect(store.unconfirmed).toBe(2);
      await relayKeys(await keysOf(store), relay());
      expect(ofKey(broker.effects, 'a')).toEqual(['a1', 'a2']);
      expect(store.unconfirmed).toBe(0);
    },
  );

  it('leaves a key alone that another relay is at, until that one must be over', async () => {
    const { add, relay, store, broker, clock } = world();
    add('a1', 'a2');
    const [first] = await store.waitingOf('key#a', 1);
    if (first) await store.markSent(first.ref, 'vanished', clock.time + leaseMilliseconds);
    expect(await relayKeys(['key#a'], relay())).toMatchObject({ confirmed: 0, givenBack: 0 });
    clock.time += leaseMilliseconds;
    expect(await relayKeys(['key#a'], relay())).toMatchObject({ confirmed: 2 });
    expect(broker.arrived).toEqual(['a1', 'a2']);
  });

  it('publishes nothing when its time is up', async () => {
    const { add, relay, broker, clock } = world();
    add('a1');
    await relayKeys(['key#a'], relay({ publishBy: clock.time }));
    expect(broker.arrived).toEqual([]);
  });

  it('fails when the outbox does, once what it had begun has ended', async () => {
    const { add, relay, store, broker } = world();
    add('a1');
    const failing: OutboxStore = Object.assign(Object.create(store) as OutboxStore, {
      waitingOf: async (key: string, limit: number) => {
        if (key === 'key#b') throw new Error('throttled');
        return store.waitingOf(key, limit);
      },
    });
    await expect(relayKeys(['key#a', 'key#b'], relay({ store: failing }))).rejects.toThrow('throttled');
    expect(broker.arrived).toEqual(['a1']);
  });

  it('fails, with nothing unhandled and nothing held back, when noting a confirmation fails unexpectedly', async () => {
    const { add, relay, store, broker } = world(['confirmed', 'lost']);
    add('a1', 'a2', 'a3');
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    const failing: OutboxStore = Object.assign(Object.create(store) as OutboxStore, {
      confirm: async () => {
        throw new TypeError('a mistake');
      },
    });
    // Long enough for Node to miss a handler.
    const slow: MessagePublisher = {
      publish: async (messages) => {
        await new Promise(setImmediate);
        return broker.publish(messages);
      },
    };
    process.on('unhandledRejection', note);
    try {
      await expect(relayKeys(['key#a'], relay({ store: failing, publisher: slow }))).rejects.toThrow('a mistake');
    } finally {
      process.off('unhandledRejection', note);
    }
    expect(unhandled).toEqual([]);
    expect([...store.entries.values()].map(({ state }) => state)).toEqual(['sent', 'pending', 'pending']);
  });

  it('publishes nothing beyond a message that it cannot take, and holds none of it back', async () => {
    const { add, relay, store, broker } = world();
    add('a1', 'a2', 'a3', 'a4');
    const [, , third] = await store.waitingOf('key#a', 4);
    const said: unknown[] = [];
    const log = { ...silent, error: (_: string, details: object) => said.push(details) };
    const failing: OutboxStore = Object.assign(Object.create(store) as OutboxStore, {
      markSent: async (ref: OutboxRef, owner: string, leaseUntil: number) => {
        if (ref.position === third?.ref.position)
          throw new OutboxUnavailableError('marking', 't', new Error('throttled'));
        return store.markSent(ref, owner, leaseUntil);
      },
    });
    await relayKeys(['key#a'], relay({ store: failing, log }));
    expect(broker.arrived).toEqual(['a1', 'a2']);
    expect(said).toMatchObject([{ problem: expect.stringContaining('throttled') }]);
    await relayKeys(['key#a'], relay());
    expect(broker.arrived).toEqual(['a1', 'a2', 'a3', 'a4']);
  });

  it('leaves a message that cannot be read where it is, and says so', async () => {
    const { add, relay, store } = world();
    add('a1');
    for (const { item } of store.entries.values()) delete item.envelope;
    const said: unknown[] = [];
    const log = { ...silent, error: (_: string, details: object) => said.push(details) };
    expect(await relayKeys(['key#a'], relay({ log }))).toMatchObject({ confirmed: 0, givenBack: 1 });
    expect(said).toMatchObject([{ messageId: 'a1', problem: expect.stringContaining('UnreadableOutboxItemError') }]);
  });
});

describe('whatever is killed whenever, with two relays at once', () => {
  /** A relay whose process ends with its n-th request, just before or just after that took effect. */
  const mortal = (relay: Relay, dieAt: number, effective: boolean, pauses: () => number): [Relay, Promise<void>] => {
    let requests = 0;
    let die = (): void => undefined;
    const death = new Promise<void>((resolve) => {
      die = resolve;
    });
    const never = new Promise<never>(() => undefined);
    const wrap =
      <Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) =>
      async (...args: Args): Promise<Result> => {
        for (let turns = pauses(); turns > 0; turns--) await undefined;
        const request = ++requests;
        if (request > dieAt) return never;
        if (request === dieAt) {
          if (effective) await work(...args);
          die();
          return never;
        }
        return work(...args);
      };
    const { store, publisher } = relay;
    return [
      {
        ...relay,
        publisher: { publish: wrap(publisher.publish.bind(publisher)) },
        store: {
          waiting: () => store.waiting(),
          waitingOf: wrap(store.waitingOf.bind(store)),
          markSent: wrap(store.markSent.bind(store)),
          confirm: wrap(store.confirm.bind(store)),
          giveBack: wrap(store.giveBack.bind(store)),
        },
      },
      death,
    ];
  };
  const outcome = fc.constantFrom<Outcome>(
    'confirmed',
    'confirmed',
    'confirmed',
    'arrived-unanswered',
    'lost',
    'rejected',
  );
  const round = fc.record({
    added: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 }),
    relays: fc.array(fc.record({ dieAt: fc.integer({ min: 1, max: 40 }), effective: fc.boolean() }), {
      minLength: 1,
      maxLength: 2,
    }),
    leaseEnds: fc.boolean(),
  });

  it('every message is published at least once, its effect happens once, in the order of its key', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(round, { minLength: 1, maxLength: 5 }),
        fc.array(outcome, { maxLength: 30 }),
        fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 20 }),
        async (rounds, outcomes, waits) => {
          const { add, relay, store, broker, clock } = world(outcomes);
          const added: string[] = [];
          let turn = 0;
          const pauses = () => waits[turn++ % waits.length] ?? 0;
          for (const { added: keys, relays, leaseEnds } of rounds) {
            const ids = keys.map((key, index) => `${key}${added.length + index}`);
            add(...ids);
            added.push(...ids);
            await Promise.all(
              relays.map(async ({ dieAt, effective }) => {
                const [mortalRelay, death] = mortal(relay(), dieAt, effective, pauses);
                await Promise.race([relayKeys(await keysOf(store), mortalRelay), death]);
              }),
            );
            if (leaseEnds) clock.time += leaseMilliseconds;
          }
          broker.outcomes.length = 0;
          clock.time += leaseMilliseconds;
          await relayKeys(await keysOf(store), relay());

          expect(store.unconfirmed).toBe(0);
          for (const key of ['a', 'b', 'c']) expect(ofKey(broker.effects, key)).toEqual(ofKey(added, key));
        },
      ),
      { numRuns: 300 },
    );
  }, 180_000);
});
