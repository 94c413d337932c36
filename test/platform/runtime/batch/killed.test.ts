import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EffectTransactions } from '../../../../lib/platform/runtime/batch/batch.ts';
import type { ClaimStore } from '../../../../lib/platform/runtime/claims/claim-store.ts';
import { FatalError } from '../../../../lib/platform/runtime/errors.ts';
import type { MessagePublisher, OutgoingMessage } from '../../../../lib/platform/runtime/publisher.ts';
import { type Published, redelivery } from '../lambda-event.ts';
import { confirmed, type Handle, invoke, message, newWorld, type World } from './harness.ts';

interface Kill {
  /** The process ends at its n-th request to the world. */
  readonly step: number;
  /** Whether the request still had its effect. */
  readonly after: boolean;
}

const forever = new Promise<never>(() => {});

/** Everything outside of a process that ends at a given step: from then on nothing it does has an effect or gets an answer. */
function surroundingsOf(world: World, kill: Kill | undefined, arrived: OutgoingMessage[], effects: string[]) {
  let steps = 0;
  let end = (): void => {};
  const killed = new Promise<'killed'>((resolve) => {
    end = () => resolve('killed');
  });
  const step = async <T>(act: () => Promise<T>): Promise<T> => {
    steps++;
    if (!kill || steps < kill.step) return act();
    if (steps === kill.step && kill.after) await act();
    end();
    return forever;
  };
  const claims: ClaimStore = {
    claim: (request) => step(() => world.claims.claim(request)),
    takeOver: (request, from) => step(() => world.claims.takeOver(request, from)),
    noteOrderKey: (key, owner, orderKey) => step(() => world.claims.noteOrderKey(key, owner, orderKey)),
    complete: (key, owner) => step(() => world.claims.complete(key, owner)),
    giveUp: (key, owner, letter) => step(() => world.claims.giveUp(key, owner, letter)),
    forwarded: (key, owner) => step(() => world.claims.forwarded(key, owner)),
    release: (key, owner) => step(() => world.claims.release(key, owner)),
  };
  const publisher: MessagePublisher = {
    publish: (messages) =>
      step(async () => {
        arrived.push(...messages);
        return messages.map(() => confirmed);
      }),
  };
  const transactions: EffectTransactions = {
    commit: (_items, key, owner) =>
      step(async () => {
        if (!(await world.claims.complete(key, owner))) return 'fenced';
        effects.push(key.slice('q#'.length));
        return 'committed';
      }),
  };
  return { killed, claims, services: { publisher: async () => publisher, effects: transactions } };
}

const runs = fc.record({
  plans: fc.uniqueArray(
    fc.record({ id: fc.nat(9), outcome: fc.constantFrom('done', 'done', 'late', 'fatal', 'hopeless') }),
    {
      selector: ({ id }) => id,
      minLength: 1,
      maxLength: 6,
    },
  ),
  kills: fc.array(fc.record({ step: fc.integer({ min: 1, max: 12 }), after: fc.boolean() }), { maxLength: 2 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
});

describe('a process that is killed between any two steps', () => {
  it('loses no message and lets no effect happen twice, where the effect is committed with the claim', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async ({ plans, kills, concurrency }) => {
        const world = newWorld();
        const effects: string[] = [];
        const deadLetters: OutgoingMessage[] = [];
        const outcomes = new Map(plans.map(({ id, outcome }) => [`m${id}`, outcome]));
        const handle: Handle = async ({ id, attempt }, { transact }) => {
          const outcome = outcomes.get(id);
          if (outcome === 'fatal') throw new FatalError('x');
          if (outcome === 'hopeless' || (outcome === 'late' && attempt === 1)) throw new Error('x');
          await transact([{ Delete: { TableName: 't', Key: {} } }]);
        };

        let due: Published[] = plans.map(({ id }) => message(`m${id}`));
        for (let round = 0; due.length > 0; round++) {
          expect(round).toBeLessThan(30);
          const arrived: OutgoingMessage[] = [];
          const { killed, claims, services } = surroundingsOf(world, kills[round], arrived, effects);
          const run = invoke(world, due, handle, { claims, services, concurrency, remainingMilliseconds: 1500 });
          const comesBack = (await Promise.race([killed, run])) === 'killed';
          for (const copy of arrived) if (copy.exchange === 'dead-letter') deadLetters.push(copy);
          due = [
            ...(comesBack ? due : []),
            ...arrived.filter(({ exchange }) => exchange !== 'dead-letter').map(redelivery),
          ];
          // Copies that wait for a lease come back when it has ended; the others may as well.
          world.clock.jump(10_000);
        }

        for (const [id, outcome] of outcomes) {
          const reasons = deadLetters
            .filter(({ properties }) => properties.messageId === id)
            .map(({ headers }) => headers['x-dead-letter-reason']);
          if (outcome === 'done' || outcome === 'late') {
            expect([id, effects.filter((effect) => effect === id).length, reasons]).toEqual([id, 1, []]);
          } else {
            expect(effects).not.toContain(id);
            expect(reasons).toContain(outcome === 'fatal' ? 'fatal' : 'exhausted');
          }
        }
      }),
      { numRuns: 300 },
    );
  }, 180_000);
});
