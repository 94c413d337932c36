import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { processBatch } from '../../../../lib/platform/runtime/batch/process-batch.ts';
import {
  ConfigurationError,
  FatalError,
  ForwardingError,
  RetryableError,
} from '../../../../lib/platform/runtime/errors.ts';
import type { Headers } from '../../../../lib/platform/runtime/message.ts';
import { InvalidMessageError } from '../../../../lib/platform/runtime/publish-errors.ts';
import { eventOf, redelivery } from '../lambda-event.ts';
import {
  confirmed,
  failed,
  type Handle,
  invoke,
  message,
  newWorld,
  rejected,
  returned,
  silent,
  summary,
} from './harness.ts';

const noop: Handle = () => {};
const ids =
  (handled: string[], handle: Handle = noop): Handle =>
  (message, context) => {
    handled.push(message.id);
    return handle(message, context);
  };
const failing =
  (names: Readonly<Record<string, Error>>): Handle =>
  (message) => {
    const error = names[message.id];
    if (error) throw error;
  };

describe('a batch', () => {
  it('whose messages are all handled publishes nothing', async () => {
    const world = newWorld();
    const handled: string[] = [];
    const report = await invoke(
      world,
      ['a', 'b', 'c'].map((id) => message(id)),
      ids(handled),
    );
    expect(handled).toEqual(['a', 'b', 'c']);
    expect(report).toMatchObject({ done: 3, retried: 0, deadLettered: 0, deferred: 0, returned: 0 });
    expect(world.publisher.calls).toBe(0);
  });

  it('may be empty', async () => {
    expect(await invoke(newWorld(), [], noop)).toMatchObject({ done: 0 });
  });

  it('may hold the messages of several queues; each goes back to its own', async () => {
    const world = newWorld();
    const event = eventOf({ 'orders.shard-0': [message('a')], 'orders.shard-1': [message('b'), message('c')] });
    const { publisher, claims } = world;
    const run = processBatch(
      event,
      {
        name: 'orders',
        schema: undefined,
        orderBy: undefined,
        concurrency: 2,
        maxBodyBytes: 1,
        policy: { maxAttempts: 3, baseDelaySeconds: 10, maxDelaySeconds: 60 },
        handle: failing({ a: new Error('x'), c: new FatalError('x') }),
      },
      { claims, publisher: async () => publisher, clock: world.clock, random: () => 0.5 },
      { remainingMilliseconds: 60_000, owner: 'me', logger: () => silent },
    );
    expect(await run).toMatchObject({ done: 1, retried: 1, deadLettered: 1 });
    expect(publisher.published.map(summary)).toEqual([
      { id: 'a', to: '5 s orders.shard-0', attempt: 2 },
      { id: 'c', to: 'dead-letter orders.shard-1', attempt: 1, reason: 'fatal' },
    ]);
  });

  it.each(['orders-copied', 'orders.shard-x', 'orders.dead-letter'])(
    "from another consumer's queue is refused before anything is done: %s",
    async (queue) => {
      const world = newWorld();
      const handled: string[] = [];
      const run = invoke(world, [message('a')], ids(handled), { queue, name: 'orders' });
      await expect(run).rejects.toThrow(ConfigurationError);
      await expect(run).rejects.toThrow(`queue is "orders", but the function got messages of the queue "${queue}"`);
      expect(handled).toEqual([]);
      expect(await invoke(world, [message('a')], noop, { queue })).toMatchObject({ done: 1, duplicate: 0 });
    },
  );

  it('passes on what its handler needs of each message', async () => {
    const world = newWorld();
    const seen: unknown[] = [];
    const published = message('a', {
      properties: { type: 'order.placed', timestamp: new Date(0) },
      headers: { 'x-attempt': 2, 'x-redrive-count': 1, tenant: 'acme' },
      body: '{"orderId":"7"}',
      redelivered: true,
    });
    await invoke(world, [published], (message) => void seen.push(message), {
      schema: z.object({ orderId: z.string() }),
    });
    expect(seen).toEqual([
      {
        id: 'a',
        attempt: 2,
        redriveCount: 1,
        queue: 'q',
        vhost: '/',
        redelivered: true,
        properties: { messageId: 'a', type: 'order.placed', timestamp: new Date(0) },
        headers: { 'x-attempt': 2, 'x-redrive-count': 1, tenant: 'acme' },
        body: { orderId: '7' },
        bytes: Buffer.from('{"orderId":"7"}'),
      },
    ]);
  });

  it.each([
    [undefined, 1],
    ['2', 2],
    [0, 1],
    [-3, 1],
    ['many', 1],
    [1.5, 1],
    [true, 1],
    [123_456, 9_999],
  ])('takes %p in x-attempt for attempt %p', async (header, attempt) => {
    const seen: number[] = [];
    const headers: Headers = header === undefined ? {} : { 'x-attempt': header };
    await invoke(newWorld(), [message('a', { headers })], (message) => void seen.push(message.attempt));
    expect(seen).toEqual([attempt]);
  });
});

describe('a message that fails', () => {
  it('is retried or set aside alone: its neighbours are done, and all copies go out at once', async () => {
    const world = newWorld();
    const messages = [
      message('good', { body: '{"n":1}' }),
      message('retryable', { body: '{"n":1}' }),
      message('throttled', { body: '{"n":1}' }),
      message('fatal', { body: '{"n":1}' }),
      message('not-json', { body: '{' }),
      message('wrong', { body: '{"n":"x"}' }),
      message('packed', { body: 'x', properties: { contentEncoding: 'gzip' } }),
      message('last-attempt', { body: '{"n":1}', headers: { 'x-attempt': 3 } }),
      message('also-good', { body: '{"n":1}' }),
    ];
    const handle = failing({
      retryable: new Error('x'),
      throttled: new RetryableError('x', { delaySeconds: 99 }),
      fatal: new FatalError('x'),
      'last-attempt': new Error('x'),
    });
    const report = await invoke(world, messages, handle, { schema: z.object({ n: z.number() }) });
    expect(report).toEqual({
      done: 2,
      failedAfterCommit: 0,
      duplicate: 0,
      duplicateWithOtherBody: 0,
      claimLost: 0,
      retried: 2,
      retriedAfterAttempt: { 1: 2 },
      deadLettered: 5,
      deferred: 0,
      returned: 0,
      deadLetterReasons: { fatal: 1, undecodable: 2, invalid: 1, exhausted: 1 },
      deferralCauses: {},
      claimsUnavailable: 0,
    });
    expect(world.publisher.calls).toBe(1);
    expect(world.publisher.published.map(summary)).toEqual([
      { id: 'retryable', to: '5 s q', attempt: 2 },
      { id: 'throttled', to: '99 s q', attempt: 2 },
      { id: 'fatal', to: 'dead-letter q', attempt: 1, reason: 'fatal' },
      { id: 'not-json', to: 'dead-letter q', attempt: 1, reason: 'undecodable' },
      { id: 'wrong', to: 'dead-letter q', attempt: 1, reason: 'invalid' },
      { id: 'packed', to: 'dead-letter q', attempt: 1, reason: 'undecodable' },
      { id: 'last-attempt', to: 'dead-letter q', attempt: 3, reason: 'exhausted' },
    ]);
  });

  it.each([['a string'], [undefined], [null], [Object.freeze({})], [new Proxy({}, {})]])(
    'with %p, which is no error, is retried like any other',
    async (thrown) => {
      const world = newWorld();
      const handle: Handle = async () => {
        throw thrown;
      };
      expect(await invoke(world, [message('a')], handle)).toMatchObject({ retried: 1 });
    },
  );

  it('comes back as its next attempt until the last, and is then a dead letter; its body is what was published', async () => {
    const world = newWorld();
    const body = Buffer.from([0, 255, 1]);
    const attempts: number[] = [];
    const handle: Handle = ({ attempt }) => {
      attempts.push(attempt);
      throw new Error('always');
    };
    let due = [message('a', { body })];
    for (let turn = 0; turn < 2; turn++) {
      await invoke(world, due, handle);
      due = world.publisher.published.splice(0).map(redelivery);
    }
    await invoke(world, due, handle);
    expect(attempts).toEqual([1, 2, 3]);
    expect(world.publisher.published).toMatchObject([
      { exchange: 'dead-letter', body, headers: { 'x-dead-letter-reason': 'exhausted', 'x-attempt': 3 } },
    ]);
  });

  it('asynchronously in its schema is a dead letter too', async () => {
    const world = newWorld();
    const schema = z.object({ n: z.number() }).refine(async ({ n }) => n > 0, 'must be positive');
    const messages = [message('a', { body: '{"n":1}' }), message('b', { body: '{"n":-1}' })];
    expect(await invoke(world, messages, noop, { schema })).toMatchObject({
      done: 1,
      deadLetterReasons: { invalid: 1 },
    });
    expect(world.publisher.published[0]?.headers['x-exception-message']).toContain('must be positive');
  });
});

describe('a batch whose copies are not confirmed comes back as a whole', () => {
  it.each([
    ['rejected', rejected, 'rejected: queue is full'],
    ['failed', failed, 'failed: connection lost'],
  ])(
    'when one is %s; what was done is not done again, what was handed on is not handed on again',
    async (_name, result, reason) => {
      const world = newWorld();
      const messages = ['done', 'handed-on', 'stuck'].map((id) => message(id));
      const handled: string[] = [];
      const handle = ids(handled, failing({ 'handed-on': new Error('x'), stuck: new Error('y') }));
      world.publisher.answer = ({ properties }) => (properties.messageId === 'stuck' ? result : confirmed);

      const first = invoke(world, messages, handle);
      await expect(first).rejects.toThrow(ForwardingError);
      await expect(first).rejects.toMatchObject({
        message: `1 copies of failed messages were not confirmed, so the whole batch of 3 has to come back: 1 × ${reason}`,
        unconfirmed: [{ messageId: 'stuck', queue: 'q', exchange: 'delay.level-02', reason }],
      });

      world.publisher.answer = () => confirmed;
      handled.length = 0;
      expect(await invoke(world, messages, handle)).toMatchObject({ duplicate: 2, retried: 1 });
      expect(handled).toEqual(['stuck']);
      expect(world.publisher.published.map(summary)).toEqual([
        { id: 'handed-on', to: '5 s q', attempt: 2 },
        { id: 'stuck', to: '5 s q', attempt: 2 },
      ]);
    },
  );

  it('when there is no connection at all; the report says how many', async () => {
    const world = newWorld();
    const reports: unknown[] = [];
    const publisher = async () => {
      throw new Error('environment variable BROKER_ENDPOINTS is not set');
    };
    const run = invoke(world, [message('a'), message('b')], failing({ b: new Error('x') }), {
      services: { publisher },
      onReport: (report) => reports.push(report),
    });
    await expect(run).rejects.toThrow(
      /whole batch of 2 .* 1 × failed: environment variable BROKER_ENDPOINTS is not set/,
    );
    expect(reports).toMatchObject([{ done: 1, retried: 0, returned: 1 }]);
  });

  it('also a dead letter that nobody takes', async () => {
    const world = newWorld();
    world.publisher.answer = () => returned;
    await expect(invoke(world, [message('a')], failing({ a: new FatalError('x') }))).rejects.toThrow(
      /returned: no queue takes it/,
    );
  });

  it.each([
    ['retry', new Error('out of stock'), 'unencodable'],
    ['dead letter', new FatalError('out of stock'), 'fatal'],
  ])('but a %s that no client can send becomes a dead letter without its headers', async (_, error, reason) => {
    const world = newWorld();
    const problem = new InvalidMessageError('header "odd" is odd');
    world.publisher.answer = ({ headers }) =>
      headers.odd === undefined ? confirmed : { status: 'failed', error: problem, mayHaveArrived: false };
    const odd = message('a', { headers: { odd: 1 }, body: 'the body' });
    const report = await invoke(world, [odd, message('b')], failing({ a: error, b: new Error('x') }));
    expect(report).toMatchObject({ retried: 1, deadLettered: 1, deadLetterReasons: { [reason]: 1 } });
    expect(world.publisher.published.at(-1)).toMatchObject({
      exchange: 'dead-letter',
      body: Buffer.from('the body'),
      properties: { messageId: 'a' },
      headers: {
        'x-exception-message': 'out of stock',
        'x-dropped-headers': 'all, and some properties: header "odd" is odd',
      },
    });
  });

  it('but a copy for a retry that nobody takes becomes a dead letter', async () => {
    const world = newWorld();
    world.publisher.answer = ({ exchange }) => (exchange === 'dead-letter' ? confirmed : returned);
    const report = await invoke(world, [message('a')], failing({ a: new Error('out of stock') }));
    expect(report).toMatchObject({ retried: 0, deadLettered: 1, deadLetterReasons: { unroutable: 1 } });
    expect(world.publisher.published[0]?.headers).toMatchObject({ 'x-exception-message': 'out of stock' });
    expect(await invoke(world, [message('a')], noop)).toMatchObject({ duplicate: 1 });
  });
});
