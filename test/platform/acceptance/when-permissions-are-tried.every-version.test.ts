import { beforeAll, describe, expect, it } from '@jest/globals';
import amqp, { type ChannelModel, type ConfirmChannel } from 'amqplib';
import { topologyOf } from '../../../lib/platform/declaration/topology-of.ts';
import { type BrokerAction, brokerOperations } from '../../../lib/platform/topology/broker-operations.ts';
import { expandTopology } from '../../../lib/platform/topology/expand.ts';
import { app } from '../application/app.ts';
import { type AppliedTopology, applied } from '../support/applied-topology.ts';
import { type BrokerAddress, sharedBroker } from '../support/test-broker.ts';

const declaration = topologyOf(app);

const operations = brokerOperations(declaration);
const pairs = expandTopology(declaration, { vhost: 'events' }).users;
/** In operations that only the administrator may do without harm to the others. */
const destructive = new Set<BrokerAction['type']>(['delete-queue', 'delete-exchange']);

let broker: BrokerAddress;
let topology: AppliedTopology;
beforeAll(async () => {
  const shared = await sharedBroker();
  broker = shared;
  topology = await applied(shared, declaration);
}, 180_000);

type Outcome = 'allowed' | 'refused';

/** One operation on a channel of its own: the broker closes the channel with 403 for what is not permitted. */
async function tryOnChannel(connection: ChannelModel, action: BrokerAction): Promise<Outcome> {
  const channel = await connection.createConfirmChannel();
  let code: number | undefined;
  channel.on('error', (error: Error & { code?: number }) => {
    code = error.code;
  });
  try {
    await perform(channel, action);
    await channel.close();
    return 'allowed';
  } catch (error) {
    code ??= (error as { code?: number }).code;
    if (code === 403) return 'refused';
    throw error;
  }
}

async function perform(channel: ConfirmChannel, action: BrokerAction): Promise<unknown> {
  switch (action.type) {
    case 'consume':
      return channel.cancel((await channel.consume(action.queue, () => undefined)).consumerTag);
    case 'publish':
      channel.publish(action.exchange, action.routingKey, Buffer.from('x'), { persistent: true });
      return channel.waitForConfirms();
    case 'bind':
      return channel.bindQueue(action.queue, action.exchange, '#');
    case 'declare-queue':
      return channel.assertQueue(action.queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    case 'delete-queue':
      return channel.deleteQueue(action.queue);
    case 'declare-exchange':
      return channel.assertExchange(action.exchange, 'topic');
    case 'delete-exchange':
      return channel.deleteExchange(action.exchange);
    default:
      throw new Error(`${action.type} is not done over AMQP`);
  }
}

const requests: Readonly<Record<string, (vhost: string, queue: string) => readonly [string, string, object?]>> = {
  'read-statistics': (vhost) => ['GET', `queues/${vhost}`],
  'read-users': () => ['GET', 'users'],
  'read-queue': (vhost, queue) => [
    'POST',
    `queues/${vhost}/${queue}/get`,
    { count: 1, ackmode: 'ack_requeue_true', encoding: 'auto' },
  ],
  'set-policy': (vhost, queue) => [
    'PUT',
    `policies/${vhost}/mine`,
    { pattern: `^${queue}$`, 'apply-to': 'queues', definition: { 'max-length': 1 } },
  ],
};

async function tryOverHttp(action: BrokerAction, username: string, password: string): Promise<Outcome> {
  const request = requests[action.type];
  if (!request) throw new Error(`no request for ${action.type}`);
  const [method, path, body] = request(topology.vhost, 'queue' in action ? action.queue : '');
  const response = await fetch(`http://127.0.0.1:${broker.managementHttpPort}/api/${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      'content-type': 'application/json',
      // A kept-alive connection may be closed by the broker at the moment in which it is used again.
      connection: 'close',
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (response.ok) return 'allowed';
  // Reading a message is refused by the queue, in words of AMQP.
  if (response.status === 401 || response.status === 403 || /ACCESS.REFUSED/i.test(text)) return 'refused';
  throw new Error(`${method} ${path}: ${response.status} ${text}`);
}

/** Each operation, with what came of it. */
async function tryAll(user: string | undefined, chosen = operations): Promise<Record<string, Outcome>> {
  const url = new URL(topology.amqpUrl(user));
  const connection = await amqp.connect(url.toString(), { noDelay: true });
  const outcomes: Record<string, Outcome> = {};
  for (const { name, action } of chosen) {
    outcomes[name] = Object.hasOwn(requests, action.type)
      ? await tryOverHttp(action, url.username, url.password)
      : await tryOnChannel(connection, action);
  }
  await connection.close();
  return outcomes;
}

describe('when every operation of the table of permissions is tried', () => {
  it.each(pairs.map(({ name, alternateOf }): [string, string] => [name, alternateOf ?? name]))(
    '%s may do what the table says, and nothing else',
    async (user, listed) => {
      expect(await tryAll(user)).toEqual(
        Object.fromEntries(
          operations.map(({ name, users }): [string, Outcome] => [
            name,
            users.includes(listed) ? 'allowed' : 'refused',
          ]),
        ),
      );
    },
    30_000,
  );

  it('the administrator may do all of it, so that what is refused is refused by permission', async () => {
    const ordered = [
      ...operations.filter(({ action }) => !destructive.has(action.type)),
      ...operations.filter(({ action }) => destructive.has(action.type)),
    ];
    expect(await tryAll(undefined, ordered)).toEqual(
      Object.fromEntries(ordered.map(({ name }): [string, Outcome] => [name, 'allowed'])),
    );
  }, 180_000);
});
