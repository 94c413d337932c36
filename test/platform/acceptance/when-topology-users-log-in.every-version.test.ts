import { beforeAll, describe, expect, it, test } from '@jest/globals';
import amqp, { type ConfirmChannel } from 'amqplib';
import type { TopologyDeclaration } from '../../../lib/platform/topology/declaration.ts';
import { delayRoute } from '../../../lib/platform/topology/delay.ts';
import { deadLetterExchange } from '../../../lib/platform/topology/names.ts';
import { type AppliedTopology, applied } from '../support/applied-topology.ts';
import { type BrokerAddress, sharedBroker } from '../support/test-broker.ts';

const declaration: TopologyDeclaration = {
  exchanges: { events: { type: 'topic' }, internal: { type: 'topic' } },
  consumers: {
    orders: { bindings: [{ exchange: 'events', routingKey: 'order.#' }] },
    mails: { bindings: [{ exchange: 'events', routingKey: 'user.#' }] },
  },
  publishers: { shop: { publishes: [{ exchange: 'events', routingKeys: ['order.*'] }], schedules: ['orders'] } },
};

type Operation = (channel: ConfirmChannel) => Promise<unknown>;

/** Publishes with a confirm. The broker answers a publication that is not permitted by closing the channel. */
const publish =
  (exchange: string, routingKey: string): Operation =>
  async (channel) => {
    channel.publish(exchange, routingKey, Buffer.from('x'), { persistent: true });
    await channel.waitForConfirms();
  };

const delay = (seconds: number, queue: string): Operation => {
  const { exchange, routingKey } = delayRoute(seconds, queue);
  return publish(exchange, routingKey);
};

const operations: Readonly<Record<string, Operation>> = {
  'consume orders': async (channel) => channel.cancel((await channel.consume('orders', () => undefined)).consumerTag),
  'consume mails': async (channel) => channel.cancel((await channel.consume('mails', () => undefined)).consumerTag),
  'get from orders': (channel) => channel.get('orders'),
  'consume orders.dead-letter': (channel) => channel.consume('orders.dead-letter', () => undefined),
  'consume delay.level-00': (channel) => channel.consume('delay.level-00', () => undefined),
  'consume delay.parking': (channel) => channel.consume('delay.parking', () => undefined),
  'purge orders': (channel) => channel.purgeQueue('orders'),
  'publish order.placed to events': publish('events', 'order.placed'),
  'publish user.registered to events': publish('events', 'user.registered'),
  'publish order.placed to internal': publish('internal', 'order.placed'),
  'publish orders to dead-letter': publish(deadLetterExchange, 'orders'),
  'publish mails to dead-letter': publish(deadLetterExchange, 'mails'),
  'publish straight to queue orders': publish('', 'orders'),
  'publish to amq.topic': publish('amq.topic', 'x'),
  'publish to delay.delivery': publish('delay.delivery', delayRoute(1, 'orders').routingKey),
  'publish to delay.parking': publish('delay.parking', 'x'),
  'delay a message to orders by 1 s': delay(1, 'orders'),
  'delay a message to orders by 18 h': delay(65_535, 'orders'),
  'delay a message to mails': delay(1, 'mails'),
  'delay a message to orders.dead-letter': delay(1, 'orders.dead-letter'),
  'declare a queue': (channel) =>
    channel.assertQueue('mine', { durable: true, arguments: { 'x-queue-type': 'quorum' } }),
  'declare an exchange': (channel) => channel.assertExchange('mine', 'topic'),
  'bind orders to events': (channel) => channel.bindQueue('orders', 'events', '#'),
  'unbind orders from events': (channel) => channel.unbindQueue('orders', 'events', 'order.#'),
  'delete queue orders': (channel) => channel.deleteQueue('orders'),
  'delete exchange events': (channel) => channel.deleteExchange('events'),
};

/** Everything else is forbidden. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'orders.mapping': ['consume orders', 'get from orders', 'purge orders'],
  orders: ['publish orders to dead-letter', 'delay a message to orders by 1 s', 'delay a message to orders by 18 h'],
  shop: ['publish order.placed to events', 'delay a message to orders by 1 s', 'delay a message to orders by 18 h'],
  monitoring: [],
};

let topology: AppliedTopology;
let broker: BrokerAddress;
beforeAll(async () => {
  const shared = await sharedBroker();
  broker = shared;
  topology = await applied(shared, declaration);
}, 180_000);

/** 'allowed', or the reply code with which the broker closed the channel. */
async function outcome(user: string, operation: Operation): Promise<string> {
  const connection = await amqp.connect(topology.amqpUrl(user), { noDelay: true });
  connection.on('error', () => undefined);
  try {
    const channel = await connection.createConfirmChannel();
    let closedWith: string | undefined;
    channel.on('error', (error: Error & { code?: number }) => {
      closedWith = String(error.code);
    });
    return await operation(channel).then(
      () => 'allowed',
      (error: Error & { code?: number }) => closedWith ?? String(error.code ?? error),
    );
  } finally {
    await connection.close();
  }
}

describe.each(Object.keys(allowed))('user %s', (user) => {
  it.each(Object.keys(operations))('%s', async (name) => {
    const operation = operations[name];
    if (!operation) throw new Error(name);
    expect(await outcome(user, operation)).toBe(allowed[user]?.includes(name) ? 'allowed' : '403');
  });

  it(user === 'monitoring' ? 'may look at statistics' : 'may not use the management API', async () => {
    expect(await manage(user, 'GET', 'overview')).toBe(user === 'monitoring' ? 200 : 401);
  });

  it('may not log in to another virtual host', async () => {
    const url = new URL(topology.amqpUrl(user));
    url.pathname = '/%2F';
    // The broker takes the password and closes the connection when the virtual host is opened.
    await expect(amqp.connect(url.toString())).rejects.toThrow('Expected ConnectionOpenOk; got <ConnectionClose');
  });
});

describe('user monitoring', () => {
  const vhost = () => encodeURIComponent(topology.vhost);

  it.each(['queues/%', 'nodes', 'overview'])('reads %s', async (path) => {
    expect(await manage('monitoring', 'GET', path.replace('%', vhost()))).toBe(200);
  });

  it('reads no message, no user and no definition, and changes nothing', async () => {
    const get = { count: 1, ackmode: 'ack_requeue_true', encoding: 'auto' };
    const attempts: [string, string, object?][] = [
      ['POST', `queues/${vhost()}/orders/get`, get],
      ['DELETE', `queues/${vhost()}/orders/contents`],
      ['DELETE', `queues/${vhost()}/orders`],
      ['PUT', `queues/${vhost()}/mine`, {}],
      [
        'POST',
        `exchanges/${vhost()}/events/publish`,
        { properties: {}, routing_key: 'x', payload: 'x', payload_encoding: 'string' },
      ],
      ['PUT', `policies/${vhost()}/mine`, { pattern: '.*', definition: { 'max-length': 1 } }],
      ['GET', 'users'],
      ['GET', 'definitions'],
      ['PUT', 'users/mine', { password: 'a-password-of-mine', tags: 'administrator' }],
    ];
    for (const [method, path, body] of attempts) {
      const status = await manage('monitoring', method, path, body);
      // 400 is what the API makes of a publication that the broker refuses.
      expect({ method, path, status }).toEqual({ method, path, status: path.endsWith('/publish') ? 400 : 401 });
    }
  });
});

test('each operation is allowed to the administrator, so that what is forbidden is forbidden by permission', async () => {
  const destructive = [
    'declare a queue',
    'declare an exchange',
    'unbind orders from events',
    'delete queue orders',
    'delete exchange events',
  ];
  for (const [name, operation] of Object.entries(operations)) {
    if (!destructive.includes(name)) expect([name, await outcomeOfAdministrator(operation)]).toEqual([name, 'allowed']);
  }
  for (const name of destructive) {
    const operation = operations[name];
    if (operation) expect([name, await outcomeOfAdministrator(operation)]).toEqual([name, 'allowed']);
  }
});

/** Status of a request to the management API. */
async function manage(user: string, method: string, path: string, body?: object): Promise<number> {
  const name = `${topology.userPrefix}${user}`;
  const response = await fetch(`http://127.0.0.1:${broker.managementHttpPort}/api/${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${name}:${topology.passwords[name]}`).toString('base64')}`,
      'content-type': 'application/json',
      // A kept-alive connection may be closed by the broker at the moment in which it is used again.
      connection: 'close',
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
}

async function outcomeOfAdministrator(operation: Operation): Promise<string> {
  const connection = await amqp.connect(topology.amqpUrl(), { noDelay: true });
  try {
    const channel = await connection.createConfirmChannel();
    return await operation(channel).then(() => 'allowed', String);
  } finally {
    await connection.close();
  }
}
