import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { applied } from '../support/applied-topology.ts';
import { connected, listen, send } from '../support/delayed-messages.ts';
import { until } from '../support/processes.ts';
import { ownBroker } from '../support/test-broker.ts';

describe('when the broker is killed while messages are delayed', () => {
  it('none is lost', async () => {
    const broker = await ownBroker();
    const { amqpUrl } = await applied(broker, { exchanges: {}, consumers: { b: { bindings: [] } }, publishers: {} });
    // RabbitMQ loses a quorum queue that is killed within about a second of its declaration.
    await sleep(3000);
    const sent = Array.from({ length: 300 }, (_, index) => ({ id: String(index), seconds: 1 + (index % 8) }));
    await connected(amqpUrl(), async (connection) => {
      const channel = await connection.createConfirmChannel();
      for (const { id, seconds } of sent) await send(channel, 'b', seconds, id);
    });
    await sleep(2500);
    await broker.restart('kill');
    await connected(amqpUrl(), async (connection) => {
      const arrivals = await listen(await connection.createChannel(), 'b');
      const missing = () => {
        const arrived = new Set(arrivals.map(({ id }) => id));
        return sent.filter(({ id }) => !arrived.has(id));
      };
      await until(() => missing().length === 0, 100_000);
      expect(missing()).toEqual([]);
    });
  }, 120_000);
});
