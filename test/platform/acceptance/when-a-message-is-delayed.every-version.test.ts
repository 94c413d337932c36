import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { TopologyDeclaration } from '../../../lib/platform/topology/declaration.ts';
import { scheduleRoute } from '../../../lib/platform/topology/schedule.ts';
import { type AppliedTopology, applied } from '../support/applied-topology.ts';
import { type Arrival, connected, listen, send } from '../support/delayed-messages.ts';
import { sharedBroker } from '../support/test-broker.ts';

const declaration: TopologyDeclaration = {
  exchanges: { events: { type: 'topic' } },
  consumers: {
    b: { bindings: [] },
    'a.b': { bindings: [] },
    gone: { bindings: [] },
    limited: { bindings: [], maxLength: 1 },
    roomy: { bindings: [], maxLength: 1000 },
    sharded: {
      bindings: [{ exchange: 'events', routingKey: 'shared' }],
      maxLength: 1000,
      shards: { count: 2, by: { property: 'message_id' } },
    },
  },
  publishers: { shop: { publishes: [{ exchange: 'events', scheduled: true }] } },
};

async function until(condition: () => boolean, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!condition() && Date.now() < deadline) await sleep(10);
}

describe('when a message is delayed', () => {
  let topology: AppliedTopology;

  /** Messages by queue, those included that are held by dead-lettering. The broker's statistics are some seconds old. */
  async function counts(expected: (found: Record<string, number>) => boolean): Promise<Record<string, number>> {
    const deadline = Date.now() + 100_000;
    for (;;) {
      const queues = await topology.client.get<{ name: string; messages?: number }[]>(['queues', topology.vhost]);
      const found = Object.fromEntries(queues.map(({ name, messages = -1 }) => [name, messages]));
      if (expected(found)) return found;
      if (Date.now() > deadline) throw new Error(`not within 100 s; last ${JSON.stringify(found)}`);
      await sleep(200);
    }
  }
  beforeAll(async () => {
    topology = await applied(await sharedBroker(), declaration);
  }, 180_000);

  it(
    'it arrives when it is due, not before and not much later, and overtakes those that wait longer',
    () =>
      connected(topology.amqpUrl(), async (connection) => {
        const channel = await connection.createConfirmChannel();
        const arrivals = await listen(channel, 'b');
        const delays = [8, 7, 6, 5, 4, 3, 2, 1, 0];
        await send(channel, 'b', 30, '30');
        const sentAt = Date.now();
        await Promise.all(delays.map((seconds) => send(channel, 'b', seconds, String(seconds))));
        await until(() => arrivals.length >= delays.length, 60);

        expect(arrivals.map(({ id }) => id)).toEqual(delays.toReversed().map(String));
        for (const { id, at, body } of arrivals) {
          const late = at - sentAt - Number(id) * 1000;
          // The broker is in time; a busy machine may not be.
          expect({ id, inTime: late >= 0 && late < 5000 }).toEqual({ id, inTime: true });
          expect(body.toString()).toBe(`body of ${id}`);
        }
      }),
    90_000,
  );

  it(
    'it reaches its queue and no other whose name ends alike',
    () =>
      connected(topology.amqpUrl(), async (connection) => {
        const channel = await connection.createConfirmChannel();
        const [toB, toAB] = [await listen(channel, 'b'), await listen(channel, 'a.b')];
        await send(channel, 'a.b', 1, 'for a.b');
        await send(channel, 'b', 1, 'for b');
        await until(() => toB.length > 0 && toAB.length > 0, 30);
        await sleep(500);
        expect(toAB.map(({ id }) => id)).toEqual(['for a.b']);
        expect(toB.map(({ id }) => id)).toEqual(['for b']);
      }),
    90_000,
  );

  it(
    'and its destination is gone by then, it is parked and keeps nobody waiting',
    () =>
      connected(topology.amqpUrl(), async (connection) => {
        const channel = await connection.createConfirmChannel();
        const toB = await listen(channel, 'b');
        await channel.deleteQueue('gone');
        // More than the 32 that at-least-once dead-lettering holds at a time.
        const lost = Array.from({ length: 100 }, (_, index) => `parked ${index}`);
        for (const id of lost) await send(channel, 'gone', 2, id);
        await send(channel, 'b', 2, 'not blocked');
        await until(() => toB.length > 0, 30);
        expect(toB.map(({ id }) => id)).toEqual(['not blocked']);

        const parked = await listen(channel, 'delay.parking');
        await until(() => parked.length >= lost.length, 30);
        expect(parked.map(({ id }) => id).sort()).toEqual(lost.sort());
        expect(parked.every(({ id, body }) => body.toString() === `body of ${id}`)).toBe(true);
      }),
    90_000,
  );

  it(
    'and its destination is full by then, it waits there and keeps nobody else waiting, and none is lost',
    () =>
      connected(topology.amqpUrl(), async (connection) => {
        const channel = await connection.createConfirmChannel();
        const [toB, toRoomy] = [await listen(channel, 'b'), await listen(channel, 'roomy')];
        const ids = Array.from({ length: 100 }, (_, index) => `refused ${index}`);
        for (const id of ids) await send(channel, 'limited', 1, id);
        // Of the same level, whose messages would all go to the same dead-letter worker.
        await send(channel, 'b', 1, 'beside');
        await send(channel, 'roomy', 1, 'beside');
        await until(() => toB.length > 0 && toRoomy.length > 0, 30);
        for (const arrivals of [toB, toRoomy]) {
          expect(arrivals.map(({ id }) => id)).toEqual(['beside']);
        }
        const counted = await counts(
          ({ limited = 0, 'limited.returning': returning = 0 }) => limited + returning === ids.length && returning > 32,
        );
        expect(counted['delay.level-00']).toBe(0);
      }),
    90_000,
  );
});

describe('when an event is scheduled for a consumer with shards that may be full', () => {
  it('it arrives once, in the shard in which it would be at once', async () => {
    const topology = await applied(await sharedBroker(), declaration);
    await connected(topology.amqpUrl(), async (connection) => {
      const channel = await connection.createConfirmChannel();
      const shards = [await listen(channel, 'sharded.shard-0'), await listen(channel, 'sharded.shard-1')];
      const ids = Array.from({ length: 20 }, (_, index) => String(index));
      const later = scheduleRoute(1, 'events', 'shared');
      for (const messageId of ids) {
        channel.publish('events', 'shared', Buffer.from('at once'), { messageId, persistent: true });
        channel.publish(later.exchange, later.routingKey, Buffer.from('later'), { messageId, persistent: true });
      }
      await channel.waitForConfirms();
      await until(() => shards.flat().length >= 2 * ids.length, 30);
      await sleep(300);
      const received = (shard: readonly Arrival[], what: string) =>
        shard.flatMap(({ id, body }) => (body.toString() === what ? [id] : [])).sort();
      expect(shards.flatMap((shard) => received(shard, 'later')).sort()).toEqual([...ids].sort());
      for (const shard of shards) expect(received(shard, 'later')).toEqual(received(shard, 'at once'));
    });
  }, 180_000);
});
