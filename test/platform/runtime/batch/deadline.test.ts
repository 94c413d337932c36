import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DeadlineGuard, timeBudget } from '../../../../lib/platform/runtime/batch/deadline.ts';
import type { ClaimStore } from '../../../../lib/platform/runtime/claims/claim-store.ts';
import { DeadlineExceededError } from '../../../../lib/platform/runtime/errors.ts';
import { sleep } from '../../../../lib/platform/time/clock.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { gate, type Handle, invoke, letPass, message, newWorld, summary } from './harness.ts';

const forever = new Promise<void>(() => {});
const hangs = () => forever as never;
const hangingClaims: ClaimStore = {
  claim: hangs,
  takeOver: hangs,
  noteOrderKey: hangs,
  complete: hangs,
  giveUp: hangs,
  forwarded: hangs,
  release: hangs,
};

describe('the time of an invocation', () => {
  it.each([
    [900_000, 5000],
    [30_000, 3000],
    [10_000, 1000],
    [3000, 1000],
    [1500, 500],
    [0, 0],
  ])('of %i ms has a reserve of %i ms', (remaining, reserve) => {
    const budget = timeBudget(1_000_000, remaining);
    expect(budget.endsAt - budget.stopAt).toBe(reserve);
    expect(budget.endsAt).toBe(1_000_000 + remaining);
  });

  it('is divided in order, whatever is left', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 900_000 }), (remaining) => {
        const { connectAt, stopAt, abandonAt, publishBy, settleBy, endsAt } = timeBudget(1_000_000, remaining);
        const times = [1_000_000, connectAt, stopAt, abandonAt, publishBy, settleBy, endsAt];
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(stopAt).toBeLessThanOrEqual(endsAt);
      }),
    );
  });
});

describe('when the time is almost over', () => {
  it('a handler that never settles is left behind and retried; what was not started comes back uncounted', async () => {
    const world = newWorld();
    const handled: string[] = [];
    const handle: Handle = ({ id }) => {
      handled.push(id);
      return id === 'stuck' ? forever : undefined;
    };
    const messages = ['good', 'stuck', 'waiting', 'waiting-2'].map((id) =>
      message(id, { headers: { 'x-attempt': 2 } }),
    );
    const running = invoke(world, messages, handle, { concurrency: 1, remainingMilliseconds: 300 });
    const report = await letPass(world, 300, running);
    expect(handled).toEqual(['good', 'stuck']);
    expect(report).toMatchObject({ done: 1, retried: 1, deferred: 2, deferralCauses: { deadline: 2 } });
    expect(world.publisher.published.map(summary)).toEqual([
      { id: 'stuck', to: '10 s q', attempt: 3 },
      { id: 'waiting', to: '1 s q', attempt: 2 },
      { id: 'waiting-2', to: '1 s q', attempt: 2 },
    ]);
    expect(world.publisher.published[0]?.headers['x-exception-type']).toBe('DeadlineExceededError');
  });

  it('handlers are told by their signal, in time to stop by themselves', async () => {
    const world = newWorld();
    const seen: unknown[] = [];
    const handle: Handle = async (_message, { signal, remainingMilliseconds }) => {
      seen.push(remainingMilliseconds() > 100);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      seen.push(signal.reason, remainingMilliseconds());
    };
    const running = invoke(world, [message('a')], handle, { remainingMilliseconds: 300 });
    expect(await letPass(world, 300, running)).toMatchObject({ done: 1 });
    expect(seen).toEqual([true, expect.any(DeadlineExceededError), 0]);
  });

  it('a signal that is asked for too late has been aborted', async () => {
    const world = newWorld();
    const seen: unknown[] = [];
    const handle: Handle = (_message, context) => {
      world.clock.jump(250);
      seen.push(context.signal.reason, context.remainingMilliseconds());
    };
    await invoke(world, [message('a')], handle, { remainingMilliseconds: 300 });
    expect(seen).toEqual([expect.any(DeadlineExceededError), 0]);
  });

  it('a handler that keeps the event loop busy does not let the next one start', async () => {
    const world = newWorld();
    const handle: Handle = () => {
      world.clock.jump(250);
    };
    const messages = ['a', 'b', 'c'].map((id) => message(id));
    const report = await invoke(world, messages, handle, { remainingMilliseconds: 300 });
    expect(report).toMatchObject({ done: 1, deferred: 2 });
  });

  it('followers of an order key keep the delay of the one that was left behind', async () => {
    const world = newWorld();
    const messages = ['a', 'b'].map((id) => message(id));
    const options = { orderBy: () => 'key', remainingMilliseconds: 150 };
    await letPass(
      world,
      150,
      invoke(world, messages, () => forever, options),
    );
    expect(world.publisher.published.map(summary)).toEqual([
      { id: 'a', to: '5 s q', attempt: 2 },
      { id: 'b', to: '5 s q', attempt: 1 },
    ]);
  });

  it('a claim store that hangs fails the batch, and does not hang the function', async () => {
    const world = newWorld();
    const running = invoke(world, [message('a')], () => {}, { claims: hangingClaims, remainingMilliseconds: 300 });
    await expect(letPass(world, 300, running)).rejects.toThrow(
      'no answer for 1 of 1 messages, so the whole batch of 1 has to come back: 1 × the claim store had not answered in time',
    );
    expect(world.publisher.calls).toBe(0);
  });

  it('a completion that hangs counts as done: the effect has happened', async () => {
    const world = newWorld();
    const claims = { ...hangingClaims, claim: world.claims.claim.bind(world.claims) };
    const running = invoke(world, [message('a')], () => {}, { claims, remainingMilliseconds: 150 });
    expect(await letPass(world, 150, running)).toMatchObject({ done: 1 });
  });

  it('an invocation that begins without any time hands everything on', async () => {
    const world = newWorld();
    const handled: string[] = [];
    const messages = ['a', 'b'].map((id) => message(id));
    const report = await invoke(world, messages, ({ id }) => void handled.push(id), { remainingMilliseconds: 0 });
    expect(report).toMatchObject({ deferred: 2 });
    expect(handled).toEqual([]);
  });

  it('what a handler does after it was left behind changes nothing any more', async () => {
    const world = newWorld();
    const { opened: ended, open: end } = gate();
    const handle: Handle = async () => {
      await sleep(world.clock, 200);
      end();
      throw new Error('too late');
    };
    const running = invoke(world, [message('a')], handle, { remainingMilliseconds: 120 });
    expect(await letPass(world, 120, running)).toMatchObject({ retried: 1 });
    await letPass(world, 80, ended);
    expect(world.publisher.published).toHaveLength(1);
    expect(world.publisher.published[0]?.headers['x-exception-type']).toBe('DeadlineExceededError');
  });
});

describe('a batch that ends after its time because somebody kept the event loop busy', () => {
  it('tells handlers that it leaves behind to stop, and others nothing', () => {
    const guardAt = (end: number): AbortSignal => {
      const clock = new VirtualClock(0);
      const guard = new DeadlineGuard(timeBudget(0, 3000), clock, () => {});
      const { signal } = guard;
      clock.jump(end);
      guard.dispose();
      return signal;
    };
    expect(guardAt(2900).reason).toBeInstanceOf(DeadlineExceededError);
    expect(guardAt(100).aborted).toBe(false);
  });
});

describe('two that wait for the same deadline', () => {
  it('are both left behind', async () => {
    const clock = new VirtualClock(0);
    const guard = new DeadlineGuard(timeBudget(0, 3000), clock, () => {});
    const left = Promise.all([guard.within(forever), guard.within(forever)]);
    await clock.advance(3000);
    expect(await left).toEqual([false, false]);
  });
});
