import { describe, expect, it } from '@jest/globals';
import { publisherOver } from '../../../../lib/platform/runtime/amqp/amqp-publisher.ts';
import { ForwardingError } from '../../../../lib/platform/runtime/errors.ts';
import { ConnectError } from '../../../../lib/platform/runtime/publish-errors.ts';
import type { MessagePublisher } from '../../../../lib/platform/runtime/publisher.ts';
import { sleep } from '../../../../lib/platform/time/clock.ts';
import { ModelledBroker, type ModelledBrokerOptions } from '../amqp/modelled-broker.ts';
import { type Handle, invoke, letPass, message, newWorld, type Run } from './harness.ts';

/** A sandbox without a connection, and a broker that needs two seconds for one. */
function cold(options: ModelledBrokerOptions = {}) {
  const world = newWorld();
  const { clock } = world;
  const start = clock.now();
  const broker = new ModelledBroker(clock, { opening: 2000, ...options });
  const publisher = publisherOver(broker, { clock, random: () => 0.5 });
  const run = (ids: readonly string[], handle: Handle, more: Run = {}) => {
    const services = { publisher: async (): Promise<MessagePublisher> => publisher, ...more.services };
    const messages = ids.map((id) => message(id));
    return letPass(
      world,
      30_000,
      invoke(world, messages, handle, { remainingMilliseconds: 30_000, ...more, services }),
    );
  };
  return { world, clock, start, broker, run };
}

const forever = new Promise<void>(() => {});

describe('where the broker takes two seconds to connect', () => {
  it.each([3000, 10_000, 30_000, 900_000])(
    'a handler that is left behind at the end of %i ms is retried, and the batch does not come back',
    async (remainingMilliseconds) => {
      const { world, start, broker, run } = cold({ opening: Math.min(2000, remainingMilliseconds / 2) });
      const running = run(['stuck', 'good'], ({ id }) => (id === 'stuck' ? forever : undefined), {
        remainingMilliseconds,
      });
      expect(await letPass(world, remainingMilliseconds, running)).toMatchObject({ done: 1, retried: 1 });
      expect(broker.attempts).toHaveLength(1);
      expect(broker.attempts[0]).toBeGreaterThanOrEqual(start + remainingMilliseconds / 3);
    },
  );

  it('the first message that fails begins it, while others are still handled', async () => {
    const { clock, start, broker, run } = cold();
    const handle: Handle = async ({ id }) => {
      await sleep(clock, id === 'good' ? 9000 : 1000);
      if (id !== 'good') throw new Error('x');
    };
    expect(await run(['bad', 'worse', 'good'], handle)).toMatchObject({ done: 1, retried: 2 });
    expect(broker.attempts).toEqual([start + 1000]);
    expect(broker.arrivals.map(({ at }) => at)).toEqual([start + 9000, start + 9000]);
  });

  it('a batch without failures that has time left asks for no publisher, and leaves no timer', async () => {
    const { clock, run } = cold();
    let asked = 0;
    const publisher = async (): Promise<MessagePublisher> => {
      asked++;
      throw new Error('not needed');
    };
    expect(await run(['a'], () => sleep(clock, 20_000), { services: { publisher } })).toMatchObject({ done: 1 });
    expect(asked).toBe(0);
    expect(clock.waiting).toBe(0);
  });
});

describe('when the broker cannot be connected to ahead', () => {
  const away = () => new ConnectError('broker:5671', 'network', 'away');

  it('a batch that needs no copy in the end is none the worse', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => void unhandled.push(error);
    process.on('unhandledRejection', note);
    try {
      const { clock, broker, run } = cold({ refuseConnection: away });
      expect(await run(['a'], () => sleep(clock, 26_000))).toMatchObject({ done: 1 });
      expect(broker.attempts).toHaveLength(1);
      let asked = 0;
      const publisher = async (): Promise<MessagePublisher> => {
        asked++;
        throw new Error('no settings');
      };
      expect(await run(['b'], () => sleep(clock, 26_000), { services: { publisher } })).toMatchObject({ done: 1 });
      expect(asked).toBe(1);
    } finally {
      process.off('unhandledRejection', note);
    }
    expect(unhandled).toEqual([]);
  });

  it('a copy tries again, and says why when that fails too', async () => {
    const { run } = cold({ refuseConnection: (attempt) => (attempt === 1 ? away() : undefined) });
    const failing: Handle = () => {
      throw new Error('x');
    };
    expect(await run(['a'], failing)).toMatchObject({ retried: 1 });
    const { run: runAway } = cold({ refuseConnection: away });
    const running = runAway(['a'], failing);
    await expect(running).rejects.toThrow(ForwardingError);
    await expect(running).rejects.toThrow('away');
  });
});
