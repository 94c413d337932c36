import { Logger } from '@aws-lambda-powertools/logger';
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { describe, expect, it, jest } from '@jest/globals';
import type { EffectTransactions } from '../../../../lib/platform/runtime/batch/batch.ts';
import type { BatchReport } from '../../../../lib/platform/runtime/batch/report.ts';
import type { ClaimStore } from '../../../../lib/platform/runtime/claims/claim-store.ts';
import { ClaimLostError, ClaimsUnavailableError, FatalError } from '../../../../lib/platform/runtime/errors.ts';
import type { OutgoingMessage } from '../../../../lib/platform/runtime/publisher.ts';
import { sleep } from '../../../../lib/platform/time/clock.ts';
import { type Published, redelivery } from '../lambda-event.ts';
import { failed, gate, type Handle, invoke, letPass, message, newWorld, summary, type World } from './harness.ts';

const noop: Handle = () => {};
/** The process ends while it handles this message: the claim stays behind. */
async function crash(world: World, id: string, leaseMilliseconds = 1000): Promise<void> {
  const owner = `crashed-${id}-${world.clock.now()}`;
  const request = { key: `q#${id}`, turn: 1, owner, leaseUntil: world.clock.now() + leaseMilliseconds };
  const outcome = await world.claims.claim(request);
  if (outcome.status === 'suspect') expect(await world.claims.takeOver(request, outcome.owner)).toBe(true);
  else expect(outcome.status).toBe('claimed');
}
const storeThat = (world: World, overrides: Partial<ClaimStore>): ClaimStore => ({
  claim: (request) => world.claims.claim(request),
  takeOver: (request, from) => world.claims.takeOver(request, from),
  noteOrderKey: (key, owner, orderKey) => world.claims.noteOrderKey(key, owner, orderKey),
  complete: (key, owner) => world.claims.complete(key, owner),
  giveUp: (key, owner, letter) => world.claims.giveUp(key, owner, letter),
  forwarded: (key, owner) => world.claims.forwarded(key, owner),
  release: (key, owner) => world.claims.release(key, owner),
  ...overrides,
});

describe('a duplicate', () => {
  it('is recognised in the same batch, in a later one, and as an older copy', async () => {
    const world = newWorld();
    const handled: string[] = [];
    const handle: Handle = ({ id, attempt }) => void handled.push(`${id}${attempt}`);
    expect(await invoke(world, [message('a'), message('a')], handle)).toMatchObject({ done: 1, duplicate: 1 });
    expect(await invoke(world, [message('a', { redelivered: true })], handle)).toMatchObject({ duplicate: 1 });
    const second = message('b', { headers: { 'x-attempt': 2 } });
    expect(await invoke(world, [second, message('b')], handle)).toMatchObject({ done: 1, duplicate: 1 });
    expect(handled).toEqual(['a1', 'b2']);
  });

  it('with another body is dropped, but not without a trace', async () => {
    const world = newWorld();
    const lines: unknown[] = [];
    const logger = new Logger({ logLevel: 'SILENT' });
    logger.warn = (...line: unknown[]) => void lines.push(line);
    const copy = (body: string) => message('a', { body });
    await invoke(world, [copy('one')], noop);
    expect(await invoke(world, [copy('one')], noop, { logger })).toMatchObject({
      duplicate: 1,
      duplicateWithOtherBody: 0,
    });
    expect(lines).toEqual([]);
    expect(await invoke(world, [copy('two')], noop, { logger })).toMatchObject({
      duplicate: 1,
      duplicateWithOtherBody: 1,
    });
    expect(lines).toEqual([
      [
        'a message with the id of another one, but another body, was dropped as its duplicate',
        expect.objectContaining({ messageId: 'a' }),
      ],
    ]);
  });

  it('with another body in the same batch is noticed too, after the first one was handed on', async () => {
    const failing: Handle = () => {
      throw new Error('x');
    };
    const batch = [message('a', { body: 'one' }), message('a', { body: 'two' }), message('a', { body: 'one' })];
    expect(await invoke(newWorld(), batch, failing)).toMatchObject({
      retried: 1,
      duplicate: 2,
      duplicateWithOtherBody: 1,
    });
  });

  it('of a message that fails is not handed on a second time', async () => {
    const world = newWorld();
    const handle: Handle = ({ id }) => {
      if (id === 'a') throw new Error('x');
      throw new FatalError('x');
    };
    const report = await invoke(world, [message('a'), message('b'), message('a'), message('b')], handle);
    expect(report).toMatchObject({ retried: 1, deadLettered: 1, duplicate: 2 });
    expect(world.publisher.published).toHaveLength(2);
  });

  it('that cannot be read is set aside once', async () => {
    const world = newWorld();
    const bad = message('a', { body: 'x', properties: { contentEncoding: 'nonsense' } });
    const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const;
    expect(await invoke(world, [bad], noop, { schema })).toMatchObject({ deadLettered: 1 });
    expect(await invoke(world, [bad], noop, { schema })).toMatchObject({ duplicate: 1 });
  });

  it('that an operator replays is handled again after it had failed, not after it was done', async () => {
    const world = newWorld();
    const failing: Handle = () => {
      throw new FatalError('x');
    };
    const replayed = (id: string) => message(id, { headers: { 'x-redrive-count': 1 } });
    await invoke(world, [message('failed')], failing);
    await invoke(world, [message('done')], noop);
    expect(await invoke(world, [replayed('failed'), replayed('done')], noop)).toMatchObject({ done: 1, duplicate: 1 });
  });

  it('is no dead letter that somebody moved back by hand, which starts anew and is known from then on', async () => {
    const world = newWorld();
    const fatal: Handle = () => {
      throw new FatalError('x');
    };
    await invoke(world, [message('a')], fatal);
    const { headers } = world.publisher.published[0] ?? {};
    expect(headers).toMatchObject({ 'x-dead-letter-reason': 'fatal' });
    const movedBack = message('a', { headers });
    const seen: unknown[] = [];
    const flaky: Handle = ({ attempt, redriveCount }) => {
      seen.push([attempt, redriveCount]);
      throw new Error('x');
    };
    expect(await invoke(world, [movedBack, movedBack], flaky)).toMatchObject({ retried: 1, duplicate: 1 });
    const copy = world.publisher.published[1]?.headers;
    expect(copy).toMatchObject({ 'x-attempt': 2, 'x-redrive-count': 1 });
    expect(copy).not.toHaveProperty('x-dead-letter-reason');
    expect(seen).toEqual([[1, 1]]);
    expect(await invoke(world, [message('a', { headers: copy })], noop)).toMatchObject({ done: 1 });
  });

  it('is handled again by a consumer without claims', async () => {
    const handled: string[] = [];
    const handle: Handle = ({ id }) => {
      handled.push(id);
      throw new Error('x');
    };
    const world = newWorld();
    expect(await invoke(world, [message('a'), message('a')], handle, { claims: 'none' })).toMatchObject({ retried: 2 });
    expect(handled).toEqual(['a', 'a']);
  });

  it('of two that have no id and the same content', async () => {
    const tick = { properties: { type: 'tick' }, body: '{}' };
    expect(await invoke(newWorld(), [tick, tick], noop)).toMatchObject({ done: 1, duplicate: 1 });
  });
});

describe('duplicates', () => {
  it('are told by id to whoever wants to know, at level debug', async () => {
    const world = newWorld();
    const logger = new Logger({ logLevel: 'SILENT' });
    const lines = jest.spyOn(logger, 'debug');
    await invoke(world, [message('a'), message('b'), message('a')], noop, { logger });
    expect(lines.mock.calls).toEqual([['the message is a duplicate', { messageId: 'a', attempt: 1, queue: 'q' }]]);
  });
});

describe('a message that another invocation holds', () => {
  it('comes back uncounted when its lease has ended', async () => {
    const world = newWorld();
    await crash(world, 'a', 7500);
    const second = message('a', { headers: {} });
    expect(await invoke(world, [second], noop)).toMatchObject({ deferred: 1, deferralCauses: { busy: 1 } });
    expect(world.publisher.published.map(summary)).toEqual([{ id: 'a', to: '8 s q', attempt: 1 }]);
  });
});

describe('a message whose owner vanished', () => {
  it('is handled last and alone, with the fate of the others already settled', async () => {
    const world = newWorld();
    await crash(world, 'suspect-1');
    await crash(world, 'suspect-2');
    world.clock.jump(1000);
    const log: string[] = [];
    const handle: Handle = async ({ id }) => {
      log.push(`${id} begins`);
      await sleep(world.clock, 5);
      log.push(`${id} ends`);
      if (id === 'bad') throw new Error('x');
    };
    world.publisher.answer = () => {
      log.push('copy confirmed');
      return { status: 'confirmed' };
    };
    const messages = ['suspect-1', 'a', 'bad', 'suspect-2', 'b'].map((id) => message(id));
    expect(await letPass(world, 100, invoke(world, messages, handle))).toMatchObject({ done: 4, retried: 1 });
    expect(log.slice(0, 3)).toEqual(['a begins', 'bad begins', 'b begins']);
    expect(log.slice(6)).toEqual([
      'copy confirmed',
      'suspect-1 begins',
      'suspect-1 ends',
      'suspect-2 begins',
      'suspect-2 ends',
    ]);
  });

  it('for the third time goes to the dead-letter queue unhandled', async () => {
    const world = newWorld();
    for (let crashes = 0; crashes < 3; crashes++) {
      await crash(world, 'poison');
      world.clock.jump(1000);
    }
    const handled: string[] = [];
    const handle: Handle = ({ id }) => void handled.push(id);
    expect(await invoke(world, [message('poison'), message('a')], handle)).toMatchObject({
      done: 1,
      deadLetterReasons: { 'process-crashed': 1 },
    });
    expect(handled).toEqual(['a']);
    expect(world.publisher.published[0]?.headers['x-exception-message']).toBe(
      'the process ended 3 times while it handled this message',
    );
    expect(await invoke(world, [message('poison')], handle)).toMatchObject({ duplicate: 1 });
  });

  it('cannot be told from one that the store kept from being given back, unless the process is still there: that is no crash', async () => {
    const world = newWorld();
    const away = async () => Promise.reject(new Error('table is away'));
    const claims = storeThat(world, { release: away });
    const order = { orderBy: () => 'key', services: { order: world.order } };
    const handle: Handle = ({ id }) => {
      if (id === 'first') throw new Error('x');
    };
    const [first, behind] = [message('first'), message('behind')];
    await invoke(world, [first, behind], handle, { ...order, claims, owner: 'process/1' });
    world.clock.jump(60_000);
    const log: string[] = [];
    const logged: Handle = ({ id }) => void log.push(id);
    await invoke(world, [behind, message('a')], logged, { owner: 'process/2' });
    // A suspect would be last.
    expect(log).toEqual(['behind', 'a']);
  });

  it('is a suspect still, and no more of one, when the time was up before it was handled', async () => {
    const world = newWorld();
    await crash(world, 'suspect');
    world.clock.jump(1000);
    const claims = storeThat(world, {
      takeOver: async (request, from) => {
        const taken = await world.claims.takeOver(request, from);
        world.clock.jump(60_000);
        return taken;
      },
    });
    expect(await invoke(world, [message('suspect')], noop, { claims })).toMatchObject({ deferred: 1 });
    const log: string[] = [];
    const handle: Handle = ({ id }) => void log.push(id);
    await invoke(world, [message('suspect'), message('a'), message('b')], handle);
    expect(log).toEqual(['a', 'b', 'suspect']);
    await crash(world, 'released');
    world.clock.jump(1000);
    for (let times = 0; times < 5; times++) await invoke(world, [message('released')], noop, { claims });
    expect(await invoke(world, [message('released')], handle)).toMatchObject({ done: 1 });
  });

  it('is left to whoever is faster in taking it over', async () => {
    const world = newWorld();
    await crash(world, 'a');
    world.clock.jump(1000);
    const claims = storeThat(world, { takeOver: async () => false });
    expect(await invoke(world, [message('a')], noop, { claims })).toMatchObject({ deferralCauses: { busy: 1 } });
  });

  it('is not touched when the copies of the others are not confirmed', async () => {
    const world = newWorld();
    await crash(world, 'suspect');
    world.clock.jump(1000);
    const handled: string[] = [];
    const handle: Handle = ({ id }) => {
      handled.push(id);
      throw new Error('x');
    };
    world.publisher.answer = () => failed;
    await expect(invoke(world, [message('suspect'), message('a')], handle)).rejects.toThrow(/1 copies/);
    expect(handled).toEqual(['a']);
  });

  it('keeps those with its order key behind it', async () => {
    const world = newWorld();
    await crash(world, 'first');
    world.clock.jump(1000);
    const handled: string[] = [];
    const orderBy = () => 'key';
    await invoke(world, [message('first'), message('second')], ({ id }) => void handled.push(id), { orderBy });
    expect(handled).toEqual(['first', 'second']);
  });
});

describe('a claim that is given back for the time of a suspect, and asked for again', () => {
  /** A batch of a suspect and one that waits behind it, which was claimed before and is claimed again. */
  const behindSuspect = async (handle: Handle, release: (world: World) => ClaimStore['release']) => {
    const world = newWorld();
    await crash(world, 'suspect');
    world.clock.jump(1000);
    const claims = storeThat(world, { release: release(world) });
    const effects: EffectTransactions = {
      commit: async (_items, key, owner) => ((await world.claims.complete(key, owner)) ? 'committed' : 'fenced'),
    };
    const options = { claims, orderBy: () => 'key', services: { effects } };
    return invoke(world, [message('suspect'), message('behind')], handle, options);
  };
  const transacting: Handle = (_message, { transact }) => transact([{ Delete: { TableName: 't', Key: {} } }]);

  const failing: Handle = ({ id }) => {
    if (id === 'behind') throw new FatalError('x');
  };

  it.each([
    ['done', transacting, { done: 2 }],
    ['a dead letter', failing, { done: 1, deadLettered: 1 }],
  ])(
    'outlives a request to give it back that the store carries out late: the message is %s',
    async (_what, handle, report) => {
      const late: (() => Promise<unknown>)[] = [];
      const handleMeanwhile: Handle = async (read, context) => {
        if (read.id === 'behind') for (const arrive of late.splice(0)) await arrive();
        return handle(read, context);
      };
      // Sent twice, as clients do that get no answer.
      const release =
        (world: World): ClaimStore['release'] =>
        async (key, owner) => {
          late.push(() => world.claims.release(key, owner));
          return world.claims.release(key, owner);
        };
      expect(await behindSuspect(handleMeanwhile, release)).toMatchObject({ ...report, claimLost: 0 });
    },
  );

  it('is not taken for held where nobody knows whether it was given back', async () => {
    const report = await behindSuspect(transacting, (world) => async (key, owner) => {
      await world.claims.release(key, owner);
      throw new Error('the answer was lost');
    });
    expect(report).toMatchObject({ done: 2, claimLost: 0 });
  });
});

describe('a claim that is lost while the message is handled', () => {
  it('leaves the message to the new owner: nothing is handed on', async () => {
    const world = newWorld();
    const claims = storeThat(world, { complete: async () => false });
    expect(await invoke(world, [message('a')], noop, { claims })).toMatchObject({ claimLost: 1, done: 0 });
    expect(world.publisher.calls).toBe(0);
  });
});

describe('a dead letter that may have arrived', () => {
  const last = message('a', { headers: { 'x-attempt': 3 } });
  const reason = { 'x-dead-letter-reason': 'exhausted', 'x-exception-message': 'not now', 'x-attempt': 3 };
  const failing: Handle = () => {
    throw new Error('not now');
  };
  const succeeding: Handle = () => {
    throw new Error('the handler was called again');
  };

  it('is published again when the batch comes back; a handler that succeeds then would contradict it', async () => {
    const world = newWorld();
    world.publisher.answer = () => failed;
    await expect(invoke(world, [last], failing, { owner: 'process/1' })).rejects.toThrow(/connection lost/);
    await expect(invoke(world, [last], succeeding, { owner: 'process/2' })).rejects.toThrow(/connection lost/);
    world.publisher.answer = () => ({ status: 'confirmed' });
    expect(await invoke(world, [last], succeeding, { owner: 'process/3' })).toMatchObject({
      deadLetterReasons: { exhausted: 1 },
    });
    expect(world.publisher.published).toMatchObject([{ exchange: 'dead-letter', headers: reason }]);
    expect(await invoke(world, [last], succeeding)).toMatchObject({ duplicate: 1 });
  });

  it('is published again when the process ended before it knew', async () => {
    const world = newWorld();
    const dead = { publish: () => new Promise<never>(() => {}) };
    void invoke(world, [last], failing, { services: { publisher: async () => dead } });
    await world.clock.advance(0);
    world.clock.jump(60_000);
    expect(await invoke(world, [last], succeeding)).toMatchObject({ deadLetterReasons: { exhausted: 1 } });
    expect(world.publisher.published).toMatchObject([{ exchange: 'dead-letter', headers: reason }]);
  });

  it('is none where another invocation has the message by now', async () => {
    const world = newWorld();
    const claims = storeThat(world, { giveUp: async () => false });
    expect(await invoke(world, [last], failing, { claims })).toMatchObject({ claimLost: 1, deadLettered: 0 });
    expect(world.publisher.calls).toBe(0);
  });
});

describe('without an answer from the claim store', () => {
  const away = async () => {
    throw new Error('table is away');
  };

  const awayFor = (world: World, ...ids: string[]) =>
    storeThat(world, {
      claim: (request) => (ids.some((id) => request.key === `q#${id}`) ? away() : world.claims.claim(request)),
    });

  it('for some messages only, these come back uncounted', async () => {
    const world = newWorld();
    const handled: string[] = [];
    const messages = [message('a'), message('b'), message('c')];
    const report = await invoke(world, messages, ({ id }) => void handled.push(id), { claims: awayFor(world, 'a') });
    expect(report).toMatchObject({ done: 2, deferred: 1, deferralCauses: { 'claims-unavailable': 1 } });
    expect(report).toMatchObject({ claimsUnavailable: 1 });
    expect(handled).toEqual(['b', 'c']);
    expect(world.publisher.published.map(summary)).toEqual([{ id: 'a', to: '5 s q', attempt: 1 }]);
  });

  it('for nearly the whole batch, it fails and comes back, so that the metrics of the function tell', async () => {
    const world = newWorld();
    const reports: BatchReport[] = [];
    const handle: Handle = () => {
      throw new Error('x');
    };
    const ids = Array.from({ length: 10 }, (_, index) => `m${index}`);
    const run = invoke(
      world,
      ids.map((id) => message(id)),
      handle,
      { claims: awayFor(world, ...ids.slice(1)), onReport: (report) => void reports.push(report) },
    );
    await expect(run).rejects.toThrow(ClaimsUnavailableError);
    await expect(run).rejects.toThrow(
      'no answer for 9 of 10 messages, so the whole batch of 10 has to come back: 9 × table is away',
    );
    expect(reports).toMatchObject([{ retried: 1, returned: 9, deferred: 0, claimsUnavailable: 9 }]);
    expect(world.publisher.published.map(summary)).toEqual([{ id: 'm0', to: '5 s q', attempt: 2 }]);
  });

  it('for the whole batch, it comes back too where a message is in it twice: the second one says nothing about the store', async () => {
    const world = newWorld();
    const run = invoke(world, [message('a'), message('a')], noop, { claims: awayFor(world, 'a') });
    await expect(run).rejects.toThrow('no answer for 1 of 1 messages, so the whole batch of 2 has to come back');
    expect(world.publisher.calls).toBe(0);
  });

  it('for one message for good, this ends as a dead letter, with the same number of attempts as any other', async () => {
    const world = newWorld();
    const claims = awayFor(world, 'stuck');
    let due: Published = message('stuck');
    let rounds = 0;
    for (let copy: OutgoingMessage | undefined; copy?.exchange !== 'dead-letter'; rounds++) {
      expect(rounds).toBeLessThan(40);
      await invoke(world, [due, message(`other-${rounds}`)], noop, { claims });
      copy = world.publisher.published.pop();
      if (!copy) throw new Error('it was not handed on');
      due = redelivery(copy);
    }
    expect(rounds).toBe(33);
    expect(due.headers).toMatchObject({
      'x-attempt': 3,
      'x-dead-letter-reason': 'exhausted',
      'x-exception-message': 'table is away',
    });
    expect(due.headers).not.toHaveProperty('x-deferrals');
  });

  it('a handled message is done all the same: a retry would repeat its effect', async () => {
    const world = newWorld();
    const claims = storeThat(world, { complete: away });
    expect(await invoke(world, [message('a')], noop, { claims })).toMatchObject({ done: 1 });
    expect(world.publisher.calls).toBe(0);
  });

  it('a copy that was confirmed counts', async () => {
    const world = newWorld();
    const claims = storeThat(world, { forwarded: away });
    const handle: Handle = () => {
      throw new Error('x');
    };
    expect(await invoke(world, [message('a')], handle, { claims })).toMatchObject({ retried: 1 });
  });
});

describe('transact', () => {
  const item: TransactWriteItem = { Delete: { TableName: 't', Key: {} } };
  const effectsOf = (world: World, more: Partial<EffectTransactions> = {}) => {
    const committed: unknown[] = [];
    const effects: EffectTransactions = {
      commit: async (items, key, owner) => {
        committed.push(...items);
        return (await world.claims.complete(key, owner)) ? 'committed' : 'fenced';
      },
      ...more,
    };
    return { committed, services: { effects } };
  };

  it('completes the claim together with the effect: nothing else is asked of the store', async () => {
    const world = newWorld();
    const { committed, services } = effectsOf(world);
    const claims = storeThat(world, { complete: async () => Promise.reject(new Error('asked again')) });
    const handle: Handle = (_message, { transact }) => transact([item]);
    expect(await invoke(world, [message('a')], handle, { services, claims })).toMatchObject({ done: 1 });
    expect(await invoke(world, [message('a')], handle, { services, claims })).toMatchObject({ duplicate: 1 });
    expect(committed).toEqual([item]);
  });

  it('has committed: an error behind it is no retry, but counted and told', async () => {
    const world = newWorld();
    const { services } = effectsOf(world);
    const handle: Handle = async (_message, { transact }) => {
      await transact([item]);
      throw new Error('late');
    };
    const logger = new Logger({ logLevel: 'SILENT' });
    const errors = jest.spyOn(logger, 'error');
    const report = await invoke(world, [message('a')], handle, { services, logger });
    expect(report).toMatchObject({ done: 0, failedAfterCommit: 1, retried: 0 });
    expect(errors).toHaveBeenCalledWith(
      'the handler failed after its effect was committed; the rest of its work was not done',
      expect.objectContaining({ messageId: 'a', failure: expect.objectContaining({ message: 'late' }) }),
    );
  });

  it('has committed, and the handler does not end in time: that is told in the same way', async () => {
    const world = newWorld();
    const { services } = effectsOf(world);
    const handle: Handle = async (_message, { transact }) => {
      await transact([item]);
      await new Promise(() => {});
    };
    const running = invoke(world, [message('a')], handle, { services, remainingMilliseconds: 300 });
    expect(await letPass(world, 300, running)).toMatchObject({ done: 0, failedAfterCommit: 1, retried: 0 });
  });

  it.each(['lets it pass', 'catches it'])(
    'finds the claim lost: the handler %s, and the message is left to its new owner',
    async (how) => {
      const world = newWorld();
      const errors: unknown[] = [];
      const { services } = effectsOf(world, { commit: async () => 'fenced' });
      const handle: Handle = async (_message, { transact }) => {
        await transact([item]).catch((error: unknown) => {
          errors.push(error);
          if (how === 'lets it pass') throw error;
        });
      };
      expect(await invoke(world, [message('a')], handle, { services })).toMatchObject({ claimLost: 1, retried: 0 });
      expect(errors).toEqual([expect.any(ClaimLostError)]);
    },
  );

  it("passes on that one of the handler's own conditions failed; the message is then retried like after any error", async () => {
    const world = newWorld();
    const cancelled = Object.assign(new Error('no stock'), { name: 'TransactionCanceledException' });
    const { services } = effectsOf(world, { commit: async () => Promise.reject(cancelled) });
    const report = await invoke(world, [message('a')], (_message, { transact }) => transact([item]), { services });
    expect(report).toMatchObject({ retried: 1 });
    expect(world.publisher.published[0]?.headers['x-exception-type']).toBe('TransactionCanceledException');
  });

  it.each([
    ['nothing', [], 'transact got 0 items; it takes 1 to 99'],
    ['too much', Array.from({ length: 100 }, () => item), 'transact got 100 items; it takes 1 to 99'],
  ])('with %s is fatal', async (_name, items, problem) => {
    const world = newWorld();
    const { services } = effectsOf(world);
    const report = await invoke(world, [message('a')], (_message, { transact }) => transact(items), { services });
    expect(report).toMatchObject({ deadLetterReasons: { fatal: 1 } });
    expect(world.publisher.published[0]?.headers['x-exception-message']).toBe(problem);
  });

  it('again after it has committed is refused, and what has committed stays', async () => {
    const world = newWorld();
    const problems: unknown[] = [];
    const { services, committed } = effectsOf(world);
    const handle: Handle = async (_message, { transact }) => {
      await transact([item]);
      await transact([item]).catch((error: unknown) => problems.push(error));
    };
    expect(await invoke(world, [message('a')], handle, { services })).toMatchObject({ done: 1 });
    expect(problems).toEqual([
      new FatalError('transact was called again after it had committed; put all items into one call'),
    ]);
    expect(committed).toEqual([item]);
  });

  it('beside another call is refused: one of the two would be lost', async () => {
    const world = newWorld();
    const { services, committed } = effectsOf(world);
    const handle: Handle = async (_message, { transact }) => {
      const outcomes = await Promise.allSettled([transact([item]), transact([item])]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    };
    expect(await invoke(world, [message('a')], handle, { services })).toMatchObject({ done: 1 });
    expect(committed).toEqual([item]);
  });

  it('that failed without committing may be called again', async () => {
    const world = newWorld();
    const conflict = Object.assign(new Error('x'), {
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'TransactionConflict' }],
    });
    let calls = 0;
    const { services, committed } = effectsOf(world);
    const { commit } = services.effects;
    const effects: EffectTransactions = {
      commit: async (...call) => (++calls === 1 ? Promise.reject(conflict) : commit(...call)),
    };
    const handle: Handle = async (_message, { transact }) => {
      await transact([item]).catch(() => transact([item]));
    };
    const report = await invoke(world, [message('a')], handle, { services: { effects } });
    expect(report).toMatchObject({ done: 1, deadLettered: 0 });
    expect(committed).toEqual([item]);
  });

  it('needs claims', async () => {
    const world = newWorld();
    const handle: Handle = (_message, { transact }) => transact([item]);
    await invoke(world, [message('a')], handle, { claims: 'none' });
    expect(world.publisher.published[0]?.headers['x-exception-message']).toBe(
      "transact needs the claim table, but this consumer has claims: 'none'",
    );
  });

  it('that was applied and answered after the time of the last attempt leaves no dead letter', async () => {
    const world = newWorld();
    const { services } = effectsOf(world, {
      commit: async (_items, key, owner) => {
        await world.claims.complete(key, owner);
        return new Promise(() => {});
      },
    });
    const handle: Handle = (_message, { transact }) => transact([item]);
    const last = message('a', { headers: { 'x-attempt': 3 } });
    const running = invoke(world, [last], handle, { services, remainingMilliseconds: 300 });
    expect(await letPass(world, 300, running)).toMatchObject({ failedAfterCommit: 1, deadLettered: 0 });
    expect(world.publisher.published).toEqual([]);
  });

  it('whose answer was lost can commit no more once a dead letter is published', async () => {
    const world = newWorld();
    const { services } = effectsOf(world, { commit: async () => Promise.reject(new Error('socket hang up')) });
    let late = async (): Promise<unknown> => 'not called';
    const claims = storeThat(world, {
      claim: (request) => {
        late = () => world.claims.complete(request.key, request.owner);
        return world.claims.claim(request);
      },
    });
    const atPublishing: unknown[] = [];
    const publisher = {
      publish: async (copies: readonly OutgoingMessage[]) => {
        atPublishing.push(await late());
        return world.publisher.publish(copies);
      },
    };
    const handle: Handle = (_message, { transact }) => transact([item]);
    const last = message('a', { headers: { 'x-attempt': 3 } });
    const options = { services: { ...services, publisher: async () => publisher }, claims };
    expect(await invoke(world, [last], handle, options)).toMatchObject({ deadLetterReasons: { exhausted: 1 } });
    expect(atPublishing).toEqual([false]);
    expect(await invoke(world, [last], handle, { services })).toMatchObject({ duplicate: 1 });
  });

  it('whose answer was lost brings the batch back where nobody can tell whether it commits', async () => {
    const world = newWorld();
    const { services } = effectsOf(world, { commit: async () => Promise.reject(new Error('socket hang up')) });
    const away = async () => Promise.reject(new Error('table is away'));
    const claims = storeThat(world, { giveUp: away });
    const handle: Handle = (_message, { transact }) => transact([item]);
    const last = message('a', { headers: { 'x-attempt': 3 } });
    await expect(invoke(world, [last], handle, { services, claims })).rejects.toThrow(
      'its claim could not be given up: table is away',
    );
    expect(world.publisher.published).toEqual([]);
  });

  it('comes too late for a message that was handed on', async () => {
    const world = newWorld();
    const { services, committed } = effectsOf(world);
    const { opened, open } = gate();
    const late: unknown[] = [];
    const handle: Handle = async (_message, { transact }) => {
      await opened;
      await transact([item]).catch((error: unknown) => late.push(error));
      open2.open();
    };
    const open2 = gate();
    const running = invoke(world, [message('a')], handle, { services, remainingMilliseconds: 60 });
    expect(await letPass(world, 60, running)).toMatchObject({ retried: 1 });
    open();
    await open2.opened;
    expect(late).toEqual([expect.any(ClaimLostError)]);
    expect(committed).toEqual([]);
  });
});
