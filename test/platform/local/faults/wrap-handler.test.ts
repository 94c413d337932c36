import { describe, expect, it } from '@jest/globals';
import { application } from '../../../../lib/platform/declaration/application.ts';
import type { Fault, StruckFault } from '../../../../lib/platform/local/faults/fault.ts';
import { withFaults } from '../../../../lib/platform/local/faults/wrap-handler.ts';
import { consumer } from '../../../../lib/platform/runtime/consumer.ts';
import { RetryableError } from '../../../../lib/platform/runtime/errors.ts';
import { notedOptions } from '../../../../lib/platform/runtime/handler-options.ts';
import { deliver } from '../../../../lib/platform/testing/deliver.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const app = application({
  name: 'shop',
  exchanges: { events: { type: 'topic' } },
  consumers: { orders: { on: { events: ['order.placed'] } } },
});

/** A consumer whose first message meets a fault, and what happens to it. */
const setting = (fault: Fault, rule: () => unknown = () => undefined) => {
  const handled: string[] = [];
  const struck: StruckFault[] = [];
  const ends: string[][] = [];
  const clock = new VirtualClock();
  const handler = withFaults(
    consumer({
      queue: 'orders',
      handle: ({ id }) => {
        handled.push(id);
        return rule();
      },
      classify: (error) => (error instanceof SyntaxError ? 'fatal' : undefined),
    }),
    {
      plan: { due: (_, id) => (id === 'message-1' ? fault : undefined), note: (each) => struck.push(each) },
      clock,
      end: () => ends.push([...handled]),
    },
  );
  const handle = notedOptions(handler)?.handle as (message: object, context: object) => unknown;
  return {
    handled,
    struck,
    ends,
    clock,
    deliver: () => deliver(app, handler, ['first', 'second']),
    /** The handler itself, as the run time calls it. */
    handle: (id: string) => handle({ id, attempt: 1 }, { signal: new AbortController().signal }),
  };
};

describe('a handler with faults', () => {
  it('fails for the message that is to fail, and handles the others', async () => {
    const run = setting({ kind: 'retryable' });
    const { report, failures } = await run.deliver();
    expect(report).toMatchObject({ done: 1, retried: 1 });
    expect(failures).toEqual(['message-1: InjectedFault: attempt 1 fails on purpose']);
    expect(run.handled).toEqual(['message-2']);
    expect(run.struck).toEqual([{ consumer: 'orders', messageId: 'message-1', kind: 'retryable' }]);
  });

  it('fails for good where no retry is to mend it', async () => {
    const { report } = await setting({ kind: 'fatal' }).deliver();
    expect(report).toMatchObject({ done: 1, deadLettered: 1, deadLetterReasons: { fatal: 1 } });
  });

  it('ends the process before its effect, or after it', async () => {
    for (const [when, before] of [
      ['before', []],
      ['after', ['message-1']],
    ] as const) {
      const run = setting({ kind: 'exit', when });
      void run.handle('message-1');
      await run.clock.advance(0);
      expect(run.ends).toEqual([before]);
      expect(run.struck).toEqual([{ consumer: 'orders', messageId: 'message-1', kind: 'exit' }]);
    }
  });

  it('begins late, and then does what it always does', async () => {
    const run = setting({ kind: 'slow', milliseconds: 400 });
    const delivered = run.deliver();
    await run.clock.advance(399);
    expect(run.handled).toEqual(['message-2']);
    await run.clock.advance(1);
    expect(await delivered).toMatchObject({ report: { done: 2 } });
  });

  it('never settles where it is to hang', async () => {
    const run = setting({ kind: 'hang' });
    let settled = false;
    void Promise.resolve(run.handle('message-1')).finally(() => {
      settled = true;
    });
    await run.clock.advance(3_600_000);
    expect({ settled, struck: run.struck.length, handled: run.handled }).toEqual({
      settled: false,
      struck: 1,
      handled: [],
    });
  });

  it('says of its own errors what it said before', async () => {
    const fails = (error: Error) => () => {
      throw error;
    };
    const slow = { kind: 'slow', milliseconds: 0 } as const;
    const { clock, deliver: fatal } = setting(slow, fails(new SyntaxError('no')));
    const delivered = fatal();
    await clock.advance(0);
    expect(await delivered).toMatchObject({ report: { deadLettered: 2 } });
    const again = setting(slow, fails(new RetryableError('later')));
    const retried = again.deliver();
    await again.clock.advance(0);
    expect(await retried).toMatchObject({ report: { retried: 2 } });
  });

  it('is left alone where it is no consumer', () => {
    const handler = () => 'answer';
    expect(withFaults(handler, { plan: { due: () => ({ kind: 'fatal' }), note: () => {} } })).toBe(handler);
    expect(handler()).toBe('answer');
  });
});
