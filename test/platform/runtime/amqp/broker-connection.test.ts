import { afterEach, describe, expect, it } from '@jest/globals';
import { type AmqpPublisher, createPublisher } from '../../../../lib/platform/runtime/amqp/amqp-publisher.ts';
import { BrokerConnection } from '../../../../lib/platform/runtime/amqp/broker-connection.ts';
import { connectionSettingsFromUrl } from '../../../../lib/platform/runtime/amqp/connection-settings.ts';
import { ConnectError } from '../../../../lib/platform/runtime/publish-errors.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { say } from './amqp-frames.ts';
import { type Script, ScriptedBroker } from './scripted-broker.ts';

const message = (id: string) => ({
  exchange: '',
  routingKey: 'work',
  headers: {},
  properties: { messageId: id },
  body: Buffer.from(id),
});

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function setting(script: Script) {
  const clock = new VirtualClock();
  const broker = await ScriptedBroker.start(script);
  const settings = connectionSettingsFromUrl(broker.url, { dangerouslyUnencrypted: true });
  const publisher: AmqpPublisher = createPublisher(settings, { clock });
  cleanUps.push(
    () => broker.stop(),
    () => publisher.close(),
  );
  return { clock, broker, publisher, settings };
}

/** Of the first connection only, what follows upon its n-th request of this kind, in the same write as the answer. */
const uponFirst =
  (what: string, answer: (channel: number) => readonly Buffer[]): Script =>
  (request) =>
    request.connection === 1 && request.what === what ? answer(request.channel) : undefined;

describe('a publisher whose broker closes the connection', () => {
  const closings: [string, Script][] = [
    [
      'in the same read in which it says that confirms are on',
      uponFirst('confirm.select', (channel) => [say.confirmSelectOk(channel), say.connectionClose(320, 'shutdown')]),
    ],
    [
      'in the same read in which it says that the channel is open',
      uponFirst('channel.open', (channel) => [say.channelOpenOk(channel), say.connectionClose(320, 'shutdown')]),
    ],
    [
      'in the same read in which it opens the connection',
      uponFirst('connection.open', () => [say.connectionOpenOk(), say.connectionClose(320, 'shutdown')]),
    ],
    [
      'or only the channel, in the same read in which it says that confirms are on',
      uponFirst('confirm.select', (channel) => [
        say.confirmSelectOk(channel),
        say.channelClose(channel, 404, 'NOT_FOUND'),
      ]),
    ],
    [
      'in the same read as a confirm',
      uponFirst('message', (channel) => [say.basicAck(channel, 1), say.connectionClose(320, 'shutdown')]),
    ],
    ['instead of confirming', uponFirst('message', () => [say.connectionClose(320, 'shutdown')])],
  ];

  it.each(closings)('%s, connects again and publishes', async (_, script) => {
    const { broker, publisher } = await setting(script);
    expect(await publisher.publish([message('first')])).toEqual([{ status: 'confirmed' }]);
    expect(await publisher.publish([message('second')])).toEqual([{ status: 'confirmed' }]);
    expect(broker.connections).toBe(2);
  });
});

describe('a connection that is closed while it is being opened', () => {
  it.each([
    ['the broker has not greeted', 'protocol header'],
    ['the broker has not answered the login', 'connection.start-ok'],
    ['the vhost is being opened', 'connection.open'],
    ['the channel is being opened', 'channel.open'],
  ])('while %s leaves no socket', async (_, what) => {
    let reached = () => {};
    const asked = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const { broker, settings } = await setting((request) => {
      if (request.what !== what) return undefined;
      reached();
      return [];
    });
    const connection = new BrokerConnection(settings, { clock: new VirtualClock() });
    const ignored = () => undefined;
    const opening = connection.openChannel({
      acknowledged: ignored,
      refused: ignored,
      returned: ignored,
      drained: ignored,
      unblocked: ignored,
      closed: ignored,
    });
    const failure = expect(opening).rejects.toThrow(ConnectError);
    await asked;
    const deserted = broker.deserted();
    await connection.close();
    await failure;
    await deserted;
  });

  it('opens nothing any more', async () => {
    const { broker, publisher, settings } = await setting(() => undefined);
    await publisher.close();
    const connection = new BrokerConnection(settings);
    await connection.close();
    await expect(connection.openChannel({} as never)).rejects.toThrow('the connection was closed');
    expect(broker.connections).toBe(0);
  });

  it('does so too when the publisher is closed after its last message has given up', async () => {
    const { clock, broker, publisher } = await setting(({ what }) => (what === 'protocol header' ? [] : undefined));
    const call = publisher.publish([message('late')], { deadline: clock.now() + 100 });
    await broker.connected();
    await clock.advance(100);
    expect(await call).toMatchObject([{ status: 'failed', mayHaveArrived: false }]);
    const deserted = broker.deserted();
    await publisher.close();
    await deserted;
  });
});

describe('a broker that takes too long', () => {
  it.each([
    ['to log in', 'connection.start-ok', 'the broker did not answer in time'],
    ['to open a channel', 'channel.open', 'the broker did not open a channel in time'],
  ])('%s is given up after ten seconds, and nothing of the attempt remains', async (_, what, reason) => {
    let reached = () => {};
    const asked = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const { clock, broker, publisher } = await setting((request) => {
      if (request.what !== what) return undefined;
      reached();
      return [];
    });
    const call = publisher.publish([message('late')], { deadline: clock.now() + 10_001 });
    await asked;
    const deserted = broker.deserted();
    await clock.advance(10_000);
    await deserted;
    await clock.advance(1);
    const [result] = await call;
    expect(result).toMatchObject({ status: 'failed', mayHaveArrived: false });
    expect(String(result && 'error' in result && result.error.cause)).toContain(reason);
  });
});
