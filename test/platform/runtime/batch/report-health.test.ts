import { describe, expect, it } from '@jest/globals';
import { FatalError } from '../../../../lib/platform/runtime/errors.ts';
import { countMessages, type HealthRecord } from '../../../../lib/platform/runtime/health/health-record.ts';
import {
  type BatchHealth,
  HealthReporter,
  type HealthSink,
} from '../../../../lib/platform/runtime/health/health-reporter.ts';
import type { OutgoingMessage } from '../../../../lib/platform/runtime/publisher.ts';
import { redelivery } from '../lambda-event.ts';
import { failed, gate, type Handle, invoke, message, newWorld, type Run } from './harness.ts';

const never = () => new Promise<void>(() => {});

const setting = (answer: HealthSink['record'] = () => undefined) => {
  const world = newWorld();
  const said: BatchHealth[] = [];
  const health: HealthSink = {
    record: (each, until) => {
      said.push(each);
      return answer(each, until);
    },
  };
  const batch = (ids: readonly string[], handle: Handle, run: Run = {}) =>
    invoke(
      world,
      ids.map((id) => message(id)),
      handle,
      { ...run, services: { ...run.services, health } },
    );
  return { world, said, batch };
};

describe('a message that fails and succeeds later', () => {
  it.each([
    ['as a copy', false],
    ['because its batch came back', true],
  ])('counts once, as a success: delivered again %s', async (_, comesBack) => {
    const world = newWorld();
    const records: HealthRecord[] = [];
    const health = new HealthReporter(async () => ({ add: async (record) => void records.push(record) }), world.clock);
    const services = { health };
    let isAway = true;
    const handle: Handle = () => {
      if (isAway) throw new Error('away');
    };
    if (comesBack) world.publisher.answer = () => failed;
    await invoke(world, [message('a')], handle, { services }).catch(() => undefined);
    expect(countMessages(records, 0)).toEqual({ succeeded: 0, failed: 1 });
    isAway = false;
    await world.clock.advance(20_000);
    const [copy] = world.publisher.published;
    const again = comesBack ? message('a', { redelivered: true }) : redelivery(copy as OutgoingMessage);
    await invoke(world, [again], handle, { services });
    expect(countMessages(records, 0)).toEqual({ succeeded: 1, failed: 0 });
  });
});

describe('what a batch tells the circuit breaker', () => {
  it('is told by each batch whose handlers hang until the time is up, while they fail and not afterwards', async () => {
    const { said, world, batch } = setting();
    for (const id of ['a', 'b', 'c']) {
      const handled = batch([id], never);
      await world.clock.advance(60_000);
      await handled;
    }
    expect(said).toEqual([
      { succeeded: 0, recovered: [], failed: ['a'] },
      { succeeded: 0, recovered: [], failed: ['b'] },
      { succeeded: 0, recovered: [], failed: ['c'] },
    ]);
  });

  it('is told while the copies are on their way', async () => {
    const { opened, open } = gate();
    const { said, world, batch } = setting();
    const answer = world.publisher.publish.bind(world.publisher);
    world.publisher.publish = async (messages) => {
      await opened;
      return answer(messages);
    };
    const handled = batch(['a'], () => {
      throw new Error('away');
    });
    while (said.length === 0) await new Promise(setImmediate);
    expect(world.publisher.published).toEqual([]);
    open();
    await handled;
    expect(said).toEqual([{ succeeded: 0, recovered: [], failed: ['a'] }]);
  });

  it('is which messages were done and which failed, the last attempt included', async () => {
    const { said, batch } = setting();
    const handle: Handle = ({ id }) => {
      if (id !== 'fine') throw new Error('away');
    };
    await batch(['fine', 'a', 'b'], handle);
    await batch(['a'], handle, { policy: { maxAttempts: 1, baseDelaySeconds: 1, maxDelaySeconds: 1 }, claims: 'none' });
    expect(said).toEqual([
      { succeeded: 1, recovered: [], failed: ['a', 'b'] },
      { succeeded: 0, recovered: [], failed: ['a'] },
    ]);
  });

  it('counts neither duplicates nor messages that the handler refuses for good', async () => {
    const { said, batch } = setting();
    await batch(['a'], () => undefined);
    await batch(['a'], () => undefined);
    await batch(['b'], () => {
      throw new FatalError('no such order');
    });
    expect(said).toEqual([{ succeeded: 1, recovered: [], failed: [] }]);
  });

  it('counts messages that could not be claimed as failed', async () => {
    const { said, world, batch } = setting();
    world.claims.claim = async () => {
      throw new Error('denied');
    };
    await batch(['a', 'b'], () => undefined).catch(() => undefined);
    expect(said).toEqual([{ succeeded: 0, recovered: [], failed: ['a', 'b'] }]);
  });

  it('is told of a batch that has to come back, too', async () => {
    const { said, world, batch } = setting();
    world.publisher.answer = () => failed;
    const broken = batch(['a'], () => {
      throw new Error('away');
    });
    await expect(broken).rejects.toThrow('not confirmed');
    expect(said).toEqual([{ succeeded: 0, recovered: [], failed: ['a'] }]);
  });

  it('does the batch no harm where it cannot be told', async () => {
    const { batch } = setting(() => Promise.reject(new Error('no table')));
    await expect(batch(['a'], () => undefined)).resolves.toMatchObject({ done: 1 });
  });
});
