import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Channel } from 'amqplib';
import { TcpProxy } from '../../../lib/platform/local/faults/tcp-proxy.ts';
import { ChannelClosedError, UnroutableError } from '../../../lib/platform/runtime/publish-errors.ts';
import {
  declareQueue,
  drain,
  emptyQueue,
  errorOf,
  message,
  publisherTo,
  statuses,
} from '../support/publish-setting.ts';
import { type BrokerAddress, sharedBroker, type TestVhost, type VhostMaker } from '../support/test-broker.ts';

let broker: BrokerAddress & VhostMaker;
let vhost: TestVhost;
let channel: Channel;

beforeAll(async () => {
  broker = await sharedBroker();
  vhost = await broker.vhost();
}, 100_000);

beforeEach(async () => {
  channel = await emptyQueue(vhost, 'work');
});

describe('when publishing', () => {
  it('confirms what is in the queue, in the order given, byte for byte and with properties and headers untouched', async () => {
    const publisher = publisherTo(broker, vhost);
    const body = Buffer.from([0, 255, 10, 13, 200]);
    const properties = {
      contentType: 'application/octet-stream',
      contentEncoding: 'identity',
      priority: 7,
      correlationId: 'c',
      replyTo: 'r',
      expiration: '60000',
      timestamp: new Date('2026-11-20T10:00:00Z'),
      type: 'order.placed',
      appId: 'shop',
    };
    const headers = { text: 'ä', when: new Date(5000), list: [1, { bytes: Buffer.from('x') }], nothing: null };
    const results = await publisher.publish([
      message('a', 'work', { body, properties, headers }),
      ...Array.from({ length: 50 }, (_, index) => message(index, 'work')),
    ]);
    expect(new Set(statuses(results))).toEqual(new Set(['confirmed']));
    const [first, ...others] = await drain(channel, 'work');
    expect(first?.content).toEqual(body);
    expect(first?.properties).toMatchObject({
      ...properties,
      timestamp: Date.UTC(2026, 10, 20, 10) / 1000,
      messageId: 'a',
      deliveryMode: 2,
    });
    // RabbitMQ 3.10 adds a count of its own to every delivery from a quorum queue.
    const { 'x-delivery-count': _, ...received } = first?.properties.headers ?? {};
    expect(received).toEqual({
      text: 'ä',
      when: { '!': 'timestamp', value: 5 },
      list: [1, { bytes: Buffer.from('x') }],
      nothing: null,
    });
    expect(others.map((other) => other.properties.messageId)).toEqual(others.map((_, index) => String(index)));
  });

  it('names exchange and routing key of what no queue takes, and confirms the rest', async () => {
    await channel.assertExchange('events', 'topic');
    await channel.bindQueue('work', 'events', 'order.*');
    const [placed, refunded, again] = await publisherTo(broker, vhost).publish([
      message(1, 'order.placed', { exchange: 'events' }),
      message(2, 'refund.placed', { exchange: 'events' }),
      message(3, 'order.placed', { exchange: 'events' }),
    ]);
    expect([placed?.status, again?.status]).toEqual(['confirmed', 'confirmed']);
    expect(refunded).toMatchObject({ status: 'returned', error: expect.any(UnroutableError) });
    expect(errorOf(refunded)).toMatch(/exchange "events" with routing key "refund.placed" \(312 NO_ROUTE\)/);
  });

  it('knows which of two like messages was returned by their headers', async () => {
    await channel.assertExchange('by-header', 'headers');
    await channel.bindQueue('work', 'by-header', '', { colour: 'red' });
    const like = { exchange: 'by-header', body: Buffer.from('same'), properties: { messageId: 'same' } };
    const results = await publisherTo(broker, vhost).publish([
      message('same', '', { ...like, headers: { colour: 'red' } }),
      message('same', '', { ...like, headers: { colour: 'blue' } }),
      message('same', '', { ...like, headers: { colour: 'red' } }),
    ]);
    expect(statuses(results)).toEqual(['confirmed', 'returned', 'confirmed']);
  });

  it('reports what a full queue refuses after trying again, and confirms the rest', async () => {
    await declareQueue(channel, 'small', { 'x-max-length': 2, 'x-overflow': 'reject-publish' });
    const publisher = publisherTo(broker, vhost, { maximumRefusals: 3 });
    // The limit of a quorum queue is soft for what is pipelined.
    for (let index = 0; index < 3; index++) await publisher.publish([message(index, 'small')]);
    const [full, other] = await publisher.publish([message('full', 'small'), message('other', 'work')]);
    expect(other?.status).toBe('confirmed');
    expect(full?.status).toBe('rejected');
    expect(errorOf(full)).toMatch(/RejectedError: .*routing key "small" 3 time\(s\)/);
  });

  it('gets a message into a full queue that becomes empty in time', async () => {
    await declareQueue(channel, 'soon', { 'x-max-length': 1, 'x-overflow': 'reject-publish' });
    const publisher = publisherTo(broker, vhost);
    for (let index = 0; index < 2; index++) await publisher.publish([message(index, 'soon')]);
    const waiting = publisher.publish([message('patient', 'soon')]);
    setTimeout(() => void channel.purgeQueue('soon'), 100);
    expect(statuses(await waiting)).toEqual(['confirmed']);
    expect((await drain(channel, 'soon')).map((got) => got.properties.messageId)).toEqual(['patient']);
  });

  it('fails the messages for a missing exchange only, though the broker closes the channel of all', async () => {
    const publisher = publisherTo(broker, vhost);
    const messages = Array.from({ length: 300 }, (_, index) =>
      index % 100 === 50 ? message(index, 'k', { exchange: 'missing' }) : message(index, 'work'),
    );
    const results = await publisher.publish(messages);
    results.forEach((result, index) => {
      if (index % 100 !== 50) expect(result.status).toBe('confirmed');
      else {
        expect(result).toMatchObject({ status: 'failed', error: expect.any(ChannelClosedError) });
        expect(errorOf(result)).toMatch(/404 NOT_FOUND - no exchange 'missing'/);
      }
    });
    const [alone] = await publisher.publish([message('alone', 'k', { exchange: 'missing' })]);
    expect(alone).toMatchObject({ status: 'failed', mayHaveArrived: false });
    const ids = new Set((await drain(channel, 'work')).map((got) => got.properties.messageId));
    expect(ids.size).toBe(297);
    expect(publisher.logged.filter((text) => text.startsWith('connected'))).toHaveLength(1);
  });

  it('tells one call nothing of the bad messages of another', async () => {
    const publisher = publisherTo(broker, vhost);
    const [bad, good] = await Promise.all([
      publisher.publish([message(1, 'k', { exchange: 'missing' })]),
      publisher.publish(Array.from({ length: 100 }, (_, index) => message(index, 'work'))),
    ]);
    expect(statuses(bad)).toEqual(['failed']);
    expect(new Set(statuses(good))).toEqual(new Set(['confirmed']));
  });

  it('finds the message that the broker does not accept also where it does not name it', async () => {
    const results = await publisherTo(broker, vhost).publish(
      Array.from({ length: 20 }, (_, index) =>
        message(index, 'work', { headers: index === 7 ? { CC: 'no list' } : {} }),
      ),
    );
    results.forEach((result, index) => {
      if (index !== 7) expect(result.status).toBe('confirmed');
      else expect(errorOf(result)).toMatch(/ChannelClosedError: .*406/);
    });
  });

  it('says 403 where the user may not write, and confirms where he may', async () => {
    await channel.assertExchange('secret', 'fanout');
    await channel.bindQueue('work', 'secret', '');
    const user = await makeUser('^(amq\\.default|)$');
    const [refused, allowed] = await publisherTo(broker, vhost, user).publish([
      message(1, 'k', { exchange: 'secret' }),
      message(2, 'work'),
    ]);
    expect(errorOf(refused)).toMatch(/ChannelClosedError: .*403 ACCESS_REFUSED.*'secret'/);
    expect(allowed?.status).toBe('confirmed');
  });

  it('names size and limit of a body that is too large, checked here or by the broker, and sends the rest', async () => {
    const large = message('large', 'work', { body: Buffer.alloc(524_289) });
    const most = message('most', 'work', { body: Buffer.alloc(524_288, 'x') });
    const here = await publisherTo(broker, vhost).publish([large, most]);
    expect(errorOf(here[0])).toBe(
      'MessageTooLargeError: message body has 524289 bytes; the broker takes at most 524288',
    );
    expect(here[1]?.status).toBe('confirmed');
    const there = await publisherTo(broker, vhost, { maximumBodyBytes: 1_000_000 }).publish([large, most]);
    expect(errorOf(there[0])).toMatch(/ChannelClosedError: .*406 .*size 524289 is larger than.*524288/);
    expect(there[0]).toMatchObject({ mayHaveArrived: false });
    expect(there[1]?.status).toBe('confirmed');
  });

  it('reports every bad message of a call by name and publishes the good ones', async () => {
    const results = await publisherTo(broker, vhost).publish([
      message(1, 'work', { headers: { x: Number.NaN } }),
      message(2, 'work'),
      message(3, 'k'.repeat(256)),
      message(4, 'work', { headers: { x: 'y'.repeat(70_000) } }),
      message(5, 'work', { properties: { userId: 'somebody-else' } }),
      message(6, 'work', { headers: { x: 'y'.repeat(65_000) } }),
    ]);
    expect(statuses(results)).toEqual(['failed', 'confirmed', 'failed', 'failed', 'failed', 'confirmed']);
    expect(errorOf(results[0])).toContain('header "x" is NaN');
    expect(errorOf(results[2])).toContain('routing key has 256 bytes');
    expect(errorOf(results[3])).toContain('at most 65536');
    expect(errorOf(results[4])).toContain('user_id');
  });

  it('publishes bodies of every size from none to the limit', async () => {
    const sizes = [0, 1, 2000, 4095, 131_071, 131_072, 131_073, 500_000];
    const bodies = sizes.map((size) => Buffer.alloc(size, 'abc'));
    const results = await publisherTo(broker, vhost).publish(
      bodies.map((body, index) => message(index, 'work', { body })),
    );
    expect(new Set(statuses(results))).toEqual(new Set(['confirmed']));
    const received = await drain(channel, 'work');
    expect(received.map((got, index) => got.content.equals(bodies[index] ?? Buffer.from('none')))).toEqual(
      bodies.map(() => true),
    );
  });
});

describe('when logging in', () => {
  it('fails at once and says so without the password when login is refused', async () => {
    const startedAt = Date.now();
    const [result] = await publisherTo(broker, vhost, { password: 'hunter2' }).publish([message(1, 'work')]);
    expect(errorOf(result)).toMatch(
      /ConnectError: cannot connect to amqps:\/\/localhost:\d+: login of user "admin" refused/,
    );
    expect(errorOf(result)).not.toContain('hunter2');
    expect(result).toMatchObject({ status: 'failed', mayHaveArrived: false });
    expect(Date.now() - startedAt).toBeLessThan(2000);
  });

  it('reads the credentials again when the ones it has are refused, as after a rotation', async () => {
    const passwords = ['old', broker.admin.password];
    let reads = 0;
    const publisher = publisherTo(broker, vhost, {
      credentials: {
        renewable: true,
        read: async () => ({ username: 'admin', password: passwords[Math.min(reads++, 1)] as string }),
      },
    });
    expect(statuses(await publisher.publish([message(1, 'work')]))).toEqual(['confirmed']);
    expect(reads).toBe(2);
  });

  it('does not talk to a broker whose certificate another authority has signed', async () => {
    const [result] = await publisherTo(broker, vhost, { ca: undefined }).publish([message(1, 'work')]);
    expect(errorOf(result)).toMatch(/certificate does not verify .*NODE_EXTRA_CA_CERTS/);
  });

  it('does not talk to a broker whose certificate is for another host name', async () => {
    const proxy = await TcpProxy.start(broker.amqpsPort, '127.0.0.2');
    const elsewhere = { ports: [proxy.port], host: '127.0.0.2' };
    const [refused] = await publisherTo(broker, vhost, elsewhere).publish([message(1, 'work')]);
    expect(errorOf(refused)).toMatch(/certificate is for another host name/);
    const unverified = publisherTo(broker, vhost, { ...elsewhere, dangerouslyUnverified: true });
    expect(statuses(await unverified.publish([message(2, 'work')]))).toEqual(['confirmed']);
    await unverified.close();
    await proxy.stop();
  });

  it('says that the port does not speak TLS', async () => {
    const [result] = await publisherTo(broker, vhost, { ports: [broker.amqpPort] }).publish([message(1, 'work')]);
    expect(errorOf(result)).toContain('does not speak TLS');
  });

  it('names a vhost that it cannot use', async () => {
    const publisher = publisherTo(broker, { ...vhost, name: 'nowhere' }, { timeoutMilliseconds: 300 });
    expect(errorOf((await publisher.publish([message(1, 'work')]))[0])).toContain('vhost "nowhere" does not exist');
  });

  it('shows the name of its connection to the broker', async () => {
    await publisherTo(broker, vhost, { connectionName: 'fulfil-order' }).publish([message(1, 'work')]);
    const names = async () => {
      const connections = (await manage('GET', 'connections')) as {
        client_properties?: { connection_name?: string };
      }[];
      return connections.map((connection) => connection.client_properties?.connection_name);
    };
    const deadline = Date.now() + 100_000;
    while (!(await names()).includes('fulfil-order') && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await names()).toContain('fulfil-order');
  });
});

async function makeUser(write: string) {
  const username = `user-${Math.random().toString(36).slice(2)}`;
  await manage('PUT', `users/${username}`, { password: 'pw', tags: '' });
  await manage('PUT', `permissions/${vhost.name}/${username}`, { configure: '^$', write, read: '^$' });
  return { username, password: 'pw' };
}

async function manage(method: string, path: string, body?: object): Promise<unknown> {
  const { username, password } = broker.admin;
  const response = await fetch(`${vhost.adminUrl}/api/${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      // A kept-alive connection may be closed by the broker at the moment in which it is used again.
      connection: 'close',
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}
