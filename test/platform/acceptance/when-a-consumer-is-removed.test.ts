import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import amqp, { type Channel, type ChannelModel } from 'amqplib';
import { applyTopology } from '../../../lib/platform/operations/topology/apply.ts';
import { removeUndeclared } from '../../../lib/platform/operations/topology/remove-undeclared.ts';
import type { TopologyDeclaration } from '../../../lib/platform/topology/declaration.ts';
import { expandTopology } from '../../../lib/platform/topology/expand.ts';
import { mappingUser } from '../../../lib/platform/topology/users.ts';
import { type AppliedTopology, applied } from '../support/applied-topology.ts';
import { sharedBroker } from '../support/test-broker.ts';

const declaration: TopologyDeclaration = {
  exchanges: { events: { type: 'topic' } },
  consumers: {
    stays: { bindings: [{ exchange: 'events', routingKey: 'order.*' }] },
    goes: { bindings: [{ exchange: 'events', routingKey: 'order.*' }] },
  },
  publishers: {},
};
const { goes: _, ...remaining } = declaration.consumers;

let before: AppliedTopology;
let mapping: ChannelModel;
let channel: Channel;
const disconnected: unknown[] = [];
const delivered: string[] = [];

/** As the stack's update and its clean-up have it: without the consumer that goes. */
const settings = () => ({
  client: before.client,
  topology: expandTopology(
    { ...declaration, consumers: remaining },
    { vhost: before.vhost, userPrefix: before.userPrefix },
  ),
  passwords: before.passwords,
  timeoutSeconds: 60,
});
const names = async (path: string[]) => (await before.client.get<{ name: string }[]>(path)).map(({ name }) => name);
const queues = () => names(['queues', before.vhost]);
const users = async () =>
  (await names(['users']))
    .filter((name) => name.startsWith(before.userPrefix))
    .map((name) => name.slice(before.userPrefix.length));

beforeAll(async () => {
  before = await applied(await sharedBroker(), declaration);
  // Reads as Lambda does for the event source mapping, which CloudFormation deletes after it has updated everything else.
  mapping = await amqp.connect(before.amqpUrl(mappingUser('goes')), { noDelay: true });
  for (const event of ['close', 'error']) mapping.on(event, (error) => disconnected.push(error));
  channel = await mapping.createChannel();
  await channel.consume('goes', (message) => {
    if (!message) return;
    delivered.push(message.content.toString());
    channel.ack(message);
  });
}, 180_000);
afterAll(() => mapping.close().catch(() => undefined));

describe('when a consumer is no longer declared', () => {
  it('gets no more events, while its mapping still reads what it has, as the user that it has', async () => {
    await applyTopology({ ...settings(), prune: 'routes' });
    const administrator = await amqp.connect(before.amqpUrl(), { noDelay: true });
    const publishing = await administrator.createConfirmChannel();
    publishing.publish('events', 'order.placed', Buffer.from('routed'));
    publishing.sendToQueue('goes', Buffer.from('left over'));
    await publishing.waitForConfirms();
    while (delivered.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(delivered).toEqual(['left over']);
    expect(disconnected).toEqual([]);
    expect(await queues()).toContain('goes');
    expect(await users()).toContain(mappingUser('goes'));
    await administrator.close();
  }, 180_000);

  it('its queue and its users are deleted when its mapping has gone, and not before', async () => {
    const removed = removeUndeclared(settings());
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(disconnected).toEqual([]);
    expect(await users()).toContain(mappingUser('goes'));
    await mapping.close();
    await removed;
    expect((await queues()).filter((name) => name.startsWith('goes'))).toEqual([]);
    expect((await users()).filter((name) => name.startsWith('goes'))).toEqual([]);
    expect(await queues()).toContain('stays');
    expect(await users()).toContain(mappingUser('stays'));
  }, 180_000);
});
