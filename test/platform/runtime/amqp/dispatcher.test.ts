import { describe, expect, it } from '@jest/globals';
import { publisherOver } from '../../../../lib/platform/runtime/amqp/amqp-publisher.ts';
import type { PublishingConnection } from '../../../../lib/platform/runtime/amqp/publishing-connection.ts';
import {
  BlockedError,
  ConnectError,
  ConnectionLostError,
  DeadlineError,
  RejectedError,
} from '../../../../lib/platform/runtime/publish-errors.ts';
import type { PublishResult } from '../../../../lib/platform/runtime/publisher.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { ModelledBroker, type ModelledBrokerOptions } from './modelled-broker.ts';

const message = (routingKey: string) => ({
  exchange: '',
  routingKey,
  headers: {},
  properties: { messageId: routingKey },
  body: Buffer.from(routingKey),
});

function setting(options: ModelledBrokerOptions = {}, random = () => 0.5) {
  const clock = new VirtualClock();
  const broker = new ModelledBroker(clock, options);
  const publisher = publisherOver(broker, { clock, random });
  return { clock, broker, publisher };
}

/** Lets so much time pass, then tells what became of a call by then. */
async function outcome(clock: VirtualClock, milliseconds: number, call: Promise<PublishResult[]>) {
  let results: PublishResult[] | undefined;
  void call.then((settled) => {
    results = settled;
  });
  await clock.advance(milliseconds);
  return results?.map(({ status }) => status);
}

describe('a publisher whose messages the broker refuses', () => {
  const full = ({ routingKey }: { routingKey: string }) => (routingKey === 'full' ? 'refuse' : 'confirm');

  /** The same in each run (Park and Miller). */
  const jitter = () => {
    let state = 1;
    return () => {
      state = (state * 48_271) % 0x7fff_ffff;
      return state / 0x7fff_ffff;
    };
  };

  /** What twenty callers, each one message after the other, get in four seconds beside a call that is refused. */
  async function workBeside(refused: number) {
    const { clock, broker, publisher } = setting({ answer: full, roundTrip: 20 }, jitter());
    const bad = publisher.publish(Array.from({ length: refused }, () => message('full')));
    let confirmed = 0;
    let going = true;
    const call = async () => {
      while (going) {
        const [result] = await publisher.publish([message('work')]);
        if (result?.status === 'confirmed') confirmed += 1;
      }
    };
    const callers = Array.from({ length: 20 }, call);
    await clock.advance(4000);
    going = false;
    await clock.advance(30_000);
    await Promise.all(callers);
    const channels = new Set(broker.arrivals.flatMap((one) => (one.routingKey === 'work' ? [one.channel] : [])));
    return { confirmed, channels: channels.size, bad: await bad };
  }

  it('confirms as many of the others as if nothing were refused', async () => {
    const alone = await workBeside(0);
    const beside = await workBeside(100);
    expect(alone.confirmed).toBeGreaterThan(3900);
    expect(beside.confirmed).toBeGreaterThan(0.99 * alone.confirmed);
  });

  it('leaves the others on their channel, and reports each refusal', async () => {
    const { channels, bad } = await workBeside(100);
    expect(channels).toBe(1);
    expect(bad.every((result) => result.status === 'rejected' && result.error instanceof RejectedError)).toBe(true);
  });

  it('renews each of its two channels at most five times a second, however many refusals come', async () => {
    const { clock, broker, publisher } = setting({ answer: full }, jitter());
    for (let round = 0; round < 200; round += 1) {
      void publisher.publish([message('full')]);
      await clock.advance(20);
    }
    expect(broker.openings.length).toBeLessThanOrEqual(2 * 4 * 5 + 2);
    await clock.advance(60_000);
  });

  it('gets them through on another channel where the first refuses for ever, and uses the first no longer', async () => {
    // RabbitMQ 3.10: whatever a channel sends to a queue that had no leader when the channel was opened.
    const { clock, broker, publisher } = setting({
      answer: ({ routingKey, channel }) => (channel === 1 && routingKey === 'moved' ? 'refuse' : 'confirm'),
    });
    const calls = [message('work'), message('moved'), message('moved')].map((one) => publisher.publish([one]));
    expect(
      await outcome(
        clock,
        1000,
        Promise.all(calls).then((results) => results.flat()),
      ),
    ).toEqual(Array(3).fill('confirmed'));
    expect(await outcome(clock, 5, publisher.publish([message('work')]))).toEqual(['confirmed']);
    expect(await outcome(clock, 5, publisher.publish([message('moved')]))).toEqual(['confirmed']);
    expect(broker.arrivals.at(-1)?.channel).not.toBe(1);
  });
});

describe('a publisher that loses its connection', () => {
  it('connects again and sends again what had no answer', async () => {
    const { clock, broker, publisher } = setting({ answer: ({ channel }) => (channel === 1 ? 'nothing' : 'confirm') });
    const call = publisher.publish([message('a'), message('b')]);
    await clock.advance(10);
    broker.lose('gone');
    expect(await outcome(clock, 10, call)).toEqual(['confirmed', 'confirmed']);
    expect(broker.arrivals.map(({ routingKey }) => routingKey)).toEqual(['a', 'b', 'a', 'b']);
  });

  it('connects again also when the channel was gone before it was there', async () => {
    const clock = new VirtualClock();
    const broker = new ModelledBroker(clock);
    let opened = 0;
    const lostAtOnce: PublishingConnection = {
      get blocked() {
        return broker.blocked;
      },
      async openChannel(events) {
        opened += 1;
        if (opened > 1) return broker.openChannel(events);
        events.closed(new ConnectionLostError('closed in the same read'));
        return { number: 1, publish: () => 'closed', retire: () => undefined };
      },
      discard: (reason) => broker.discard(reason),
      discardIfFrozen: () => undefined,
      close: () => broker.close(),
    };
    const publisher = publisherOver(lostAtOnce, { clock, random: () => 0.5 });
    expect(await outcome(clock, 1000, publisher.publish([message('a')]))).toEqual(['confirmed']);
  });

  it('tries at once, then after ever longer pauses of at most 5 s, and at once again after the next confirm', async () => {
    let away = true;
    const { clock, broker, publisher } = setting({
      roundTrip: 0,
      refuseConnection: () => (away ? new ConnectError('amqps://h:1', 'network', 'nothing listens there') : undefined),
    });
    const call = publisher.publish([message('a')], { deadline: clock.now() + 60_000 });
    await clock.advance(20_000);
    const pauses = broker.attempts.slice(1).map((at, index) => at - (broker.attempts[index] ?? 0));
    expect(pauses.slice(0, 9)).toEqual([0, 50, 100, 200, 400, 800, 1600, 2500, 2500]);
    away = false;
    expect(await outcome(clock, 2500, call)).toEqual(['confirmed']);
    broker.lose('gone');
    const attempts = broker.attempts.length;
    expect(await outcome(clock, 0, publisher.publish([message('b')]))).toEqual(['confirmed']);
    expect(broker.attempts.length).toBe(attempts + 1);
  });

  it('gives up at once where trying again does not help', async () => {
    const { clock, publisher } = setting({
      refuseConnection: () => new ConnectError('amqps://h:1', 'tls', 'not trusted', { retryable: false }),
    });
    const call = publisher.publish([message('a'), message('b')]);
    expect(await outcome(clock, 10, call)).toEqual(['failed', 'failed']);
    expect((await call)[0]).toMatchObject({ error: expect.any(ConnectError), mayHaveArrived: false });
  });

  it('gives up the one message for which the broker closes the connection again and again, and sends the others', async () => {
    const clock = new VirtualClock();
    const broker: ModelledBroker = new ModelledBroker(clock, {
      answer: ({ routingKey }) => {
        if (routingKey !== 'poison') return 'confirm';
        clock.after(0, () => broker.lose('INTERNAL_ERROR', true));
        return 'nothing';
      },
    });
    const publisher = publisherOver(broker, { clock, random: () => 0.5 });
    const call = publisher.publish(['a', 'poison', 'b', 'c'].map(message));
    expect(await outcome(clock, 5000, call)).toEqual(['confirmed', 'failed', 'confirmed', 'confirmed']);
  });
});

describe('a publisher whose broker does not answer', () => {
  it('takes the broker for gone after ten seconds of silence and sends again over another connection', async () => {
    const { clock, broker, publisher } = setting({ answer: ({ channel }) => (channel === 1 ? 'nothing' : 'confirm') });
    const call = publisher.publish([message('a')]);
    expect(await outcome(clock, 9999, call)).toBeUndefined();
    expect(await outcome(clock, 20, call)).toEqual(['confirmed']);
    expect(broker.discarded).toEqual([expect.stringMatching(/^the broker has not answered for 10\d\d\d ms$/)]);
  });

  it('does not take it for gone while others get answers', async () => {
    const { clock, broker, publisher } = setting({
      answer: ({ routingKey }) => (routingKey === 'hung' ? 'nothing' : 'confirm'),
    });
    const hung = publisher.publish([message('hung')]);
    for (let round = 0; round < 12; round += 1)
      expect(await outcome(clock, 2000, publisher.publish([message('work')]))).toEqual(['confirmed']);
    expect(broker.discarded).toEqual([]);
    await clock.advance(10_000);
    expect(await hung).toMatchObject([{ status: 'failed', mayHaveArrived: true, error: expect.any(DeadlineError) }]);
  });

  it('waits while the broker blocks, and says so at the deadline', async () => {
    const { clock, broker, publisher } = setting();
    await outcome(clock, 10, publisher.publish([message('first')]));
    broker.blocked = 'low on memory';
    const call = publisher.publish([message('a')], { deadline: clock.now() + 20_000 });
    expect(await outcome(clock, 19_999, call)).toBeUndefined();
    expect(await outcome(clock, 1, call)).toEqual(['failed']);
    expect((await call)[0]).toMatchObject({ error: expect.any(BlockedError), mayHaveArrived: false });
    expect(broker.discarded).toEqual([]);
  });
});

describe('a publisher that is warmed up', () => {
  it('has its channel when the first message comes, and opens no other for it', async () => {
    const { clock, broker, publisher } = setting({ opening: 2000 });
    const start = clock.now();
    publisher.warmUp();
    publisher.warmUp();
    await clock.advance(2000);
    expect(await outcome(clock, 1, publisher.publish([message('a')]))).toEqual(['confirmed']);
    publisher.warmUp();
    await clock.advance(2000);
    expect(broker.attempts).toEqual([start]);
  });

  it('sends a message that comes meanwhile as soon as the channel is open', async () => {
    const { clock, broker, publisher } = setting({ opening: 2000 });
    const start = clock.now();
    publisher.warmUp();
    await clock.advance(1500);
    expect(await outcome(clock, 501, publisher.publish([message('a')]))).toEqual(['confirmed']);
    expect(broker.attempts).toEqual([start]);
  });

  it('tries once, and again when there is a message', async () => {
    const { clock, broker, publisher } = setting({
      refuseConnection: (attempt) => (attempt === 1 ? new ConnectError('broker:5671', 'network', 'away') : undefined),
    });
    publisher.warmUp();
    await clock.advance(60_000);
    expect(broker.attempts).toHaveLength(1);
    expect(await outcome(clock, 100, publisher.publish([message('a')]))).toEqual(['confirmed']);
    expect(broker.attempts).toHaveLength(2);
  });

  it('connects no more once it was closed', async () => {
    const { clock, broker, publisher } = setting();
    await publisher.close();
    publisher.warmUp();
    await clock.advance(1000);
    expect(broker.attempts).toEqual([]);
  });
});
