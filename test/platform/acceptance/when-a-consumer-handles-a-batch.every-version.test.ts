import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import amqplib, { type ConfirmChannel, type Options } from 'amqplib';
import { z } from 'zod';
import { consumer } from '../../../lib/platform/runtime/consumer.ts';
import { FatalError, ForwardingError, RetryableError } from '../../../lib/platform/runtime/errors.ts';
import type { TopologyDeclaration } from '../../../lib/platform/topology/declaration.ts';
import { type AppliedTopology, applied } from '../support/applied-topology.ts';
import { deliver, surroundingsOn } from '../support/consumer-setting.ts';
import { afterwards, drain } from '../support/publish-setting.ts';
import { sharedBroker } from '../support/test-broker.ts';

const declaration: TopologyDeclaration = {
  exchanges: { events: { type: 'topic' } },
  consumers: {
    work: { bindings: [{ exchange: 'events', routingKey: '#' }] },
    cut: { bindings: [{ exchange: 'events', routingKey: 'cut' }] },
  },
  publishers: {},
};

let topology: AppliedTopology;
let channel: ConfirmChannel;

beforeAll(async () => {
  topology = await applied(await sharedBroker(), declaration);
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
}, 100_000);

afterAll(() => {
  jest.restoreAllMocks();
});

beforeEach(async () => {
  const connection = await amqplib.connect(topology.amqpUrl(), { noDelay: true });
  afterwards(() => connection.close());
  channel = await connection.createConfirmChannel();
  for (const queue of ['work', 'work.dead-letter', 'cut', 'cut.dead-letter']) await channel.purgeQueue(queue);
});

async function publish(queue: string, body: Buffer | string, properties: Options.Publish = {}): Promise<void> {
  channel.sendToQueue(queue, Buffer.from(body), { persistent: true, ...properties });
  await channel.waitForConfirms();
}

async function untilIn(queue: string, count: number): Promise<void> {
  const deadline = Date.now() + 100_000;
  while ((await channel.checkQueue(queue)).messageCount < count) {
    if (Date.now() > deadline) throw new Error(`fewer than ${count} messages in ${queue} after 100 s`);
    await sleep(20);
  }
}

describe('when a consumer handles a batch', () => {
  it('good messages are done, failed ones come back after their delay, bad ones are dead letters that say why', async () => {
    const handled: string[] = [];
    const handler = consumer(
      {
        queue: 'work',
        message: z.object({ n: z.number() }),
        handle: ({ id, attempt }) => {
          handled.push(`${id} ${attempt}`);
          if (id === 'late' && attempt === 1) throw new RetryableError('not yet', { delaySeconds: 1 });
          if (id === 'hopeless') throw new FatalError('never');
        },
      },
      surroundingsOn(topology, 'work'),
    );
    await publish('work', '{"n":1}', { messageId: 'good' });
    await publish('work', '{"n":1}', { messageId: 'late' });
    await publish('work', '{"n":1}', { messageId: 'hopeless' });
    await publish('work', '{"n":', { messageId: 'not-json' });
    await publish('work', '{"n":"x"}', { messageId: 'wrong' });
    await publish('work', gzipSync('{"n":1}').subarray(0, 15), { messageId: 'cut-off', contentEncoding: 'gzip' });
    await publish('work', gzipSync('{"n":1}'), { messageId: 'packed', contentEncoding: 'gzip' });

    expect((await deliver(channel, 'work', handler)).report).toMatchObject({ done: 2, retried: 1, deadLettered: 4 });
    await untilIn('work', 1);
    expect((await deliver(channel, 'work', handler)).report).toMatchObject({ done: 1 });
    expect(handled).toEqual(['good 1', 'late 1', 'hopeless 1', 'packed 1', 'late 2']);

    const deadLetters = await drain(channel, 'work.dead-letter');
    const said = deadLetters.map(({ properties: { messageId, headers } }) => [
      messageId,
      headers?.['x-dead-letter-reason'],
      headers?.['x-exception-message'],
    ]);
    expect(said).toEqual([
      ['hopeless', 'fatal', 'never'],
      ['not-json', 'undecodable', 'the body is not JSON: it ends too early at position 5'],
      ['wrong', 'invalid', expect.stringMatching(/does not match its schema: n: /)],
      ['cut-off', 'undecodable', 'content encoding gzip: the data is truncated (unexpected end of file)'],
    ]);
  }, 180_000);

  it('a body and its properties come through every attempt and into the dead-letter queue as they were published', async () => {
    const body = Buffer.from(Array.from({ length: 4096 }, (_, index) => index % 256));
    const handler = consumer(
      {
        queue: 'work',
        retry: { maxAttempts: 3 },
        handle: () => {
          throw new RetryableError('again', { delaySeconds: 1 });
        },
      },
      surroundingsOn(topology, 'work'),
    );
    await publish('work', body, {
      messageId: 'm',
      type: 'order.placed',
      correlationId: 'c',
      priority: 3,
      replyTo: 'answers',
      appId: 'shop',
      timestamp: 1_795_218_277,
      contentType: 'application/octet-stream',
      contentEncoding: 'x-own',
      expiration: '600000',
      userId: (await sharedBroker()).admin.username,
      headers: { text: 'ä', list: [1, true, 'x'], table: { deep: null }, when: { '!': 'timestamp', value: 5 } },
    });
    await deliver(channel, 'work', handler);
    for (let attempt = 2; attempt <= 3; attempt++) {
      await untilIn('work', 1);
      await deliver(channel, 'work', handler);
    }
    const [letter, ...others] = await drain(channel, 'work.dead-letter');
    expect(others).toEqual([]);
    expect(letter?.content.equals(body)).toBe(true);
    expect(letter?.properties).toMatchObject({
      messageId: 'm',
      type: 'order.placed',
      correlationId: 'c',
      priority: 3,
      replyTo: 'answers',
      appId: 'shop',
      timestamp: 1_795_218_277,
      contentType: 'application/octet-stream',
      contentEncoding: 'x-own',
      deliveryMode: 2,
    });
    expect(letter?.properties.expiration).toBeUndefined();
    expect(letter?.properties.headers).toMatchObject({
      text: 'ä',
      list: [1, true, 'x'],
      table: { deep: null },
      when: { '!': 'timestamp', value: 5 },
      'x-attempt': 3,
      'x-dead-letter-reason': 'exhausted',
      'x-original-expiration': '600000',
      'x-original-queue': 'work',
    });
    expect(Object.keys(letter?.properties.headers ?? {})).not.toContain('x-death');
  }, 180_000);

  it('a message without id is known by its content through all of its attempts', async () => {
    const seen: string[] = [];
    const handler = consumer(
      {
        queue: 'work',
        handle: ({ id, attempt }) => {
          seen.push(`${attempt} ${id}`);
          if (attempt === 1) throw new RetryableError('again', { delaySeconds: 1 });
        },
      },
      surroundingsOn(topology, 'work'),
    );
    await publish('work', 'tick', { type: 'tick', contentType: 'text/plain', timestamp: 1_795_218_277 });
    const { messages } = await deliver(channel, 'work', handler);
    expect(messages[0]?.properties.messageId).toBeUndefined();
    await untilIn('work', 1);
    await deliver(channel, 'work', handler);
    const [first, second] = seen.map((line) => line.slice(2));
    expect(first).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(second).toBe(first);
  }, 180_000);

  it('headers that fill a frame and an error of 5 MB leave a dead letter that fits, with what was dropped named', async () => {
    const handler = consumer(
      {
        queue: 'work',
        handle: () => {
          throw Object.assign(new FatalError('ü'.repeat(2_500_000)), { body: 'x'.repeat(5_000_000) });
        },
      },
      surroundingsOn(topology, 'work'),
    );
    await publish('work', 'x', { headers: { small: 'kept', big: 'x'.repeat(61_300), CC: ['cut'] } });
    await channel.purgeQueue('cut');
    expect((await deliver(channel, 'work', handler)).report).toMatchObject({ deadLettered: 1 });
    const [letter] = await drain(channel, 'work.dead-letter');
    expect(letter?.properties.headers).toMatchObject({ small: 'kept', 'x-dropped-headers': 'big' });
    expect(letter?.properties.headers?.['x-exception-message']).toMatch(/^ü+…$/);
    // A CC header would have made the broker route the copy to further queues.
    expect(await drain(channel, 'cut.dead-letter')).toEqual([]);
  }, 180_000);

  it('a dead letter that no queue takes brings the whole batch back; nothing is lost and nothing is done twice', async () => {
    const handled: string[] = [];
    const handler = consumer(
      {
        queue: 'cut',
        handle: ({ id }) => {
          handled.push(id);
          if (id === 'bad') throw new FatalError('never');
        },
      },
      surroundingsOn(topology, 'cut'),
    );
    await channel.unbindQueue('cut.dead-letter', 'dead-letter', 'cut');
    await publish('cut', 'x', { messageId: 'good' });
    await publish('cut', 'x', { messageId: 'bad' });
    await expect(deliver(channel, 'cut', handler)).rejects.toThrow(ForwardingError);
    await untilIn('cut', 2);
    await channel.bindQueue('cut.dead-letter', 'dead-letter', 'cut');
    expect((await deliver(channel, 'cut', handler)).report).toMatchObject({ duplicate: 1, deadLettered: 1 });
    // That it ends as a dead letter was settled by then: only the letter is published again.
    expect(handled).toEqual(['good', 'bad']);
    expect((await drain(channel, 'cut.dead-letter')).map(({ properties }) => properties.messageId)).toEqual(['bad']);
  }, 180_000);
});
