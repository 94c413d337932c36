import { describe, expect, it } from '@jest/globals';
import amqplib from 'amqplib';
import { isAlive, until } from '../support/processes.ts';
import { ownBroker, type TestVhost } from '../support/test-broker.ts';

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('when a broker is restarted', () => {
  it('it has the same ports and all confirmed messages, after it was killed and after an orderly stop', async () => {
    const broker = await ownBroker();
    const vhost = await broker.vhost();
    const ports = [broker.amqpsPort, broker.amqpPort, broker.managementPort, broker.managementHttpPort];
    await declare(vhost, 'kept');
    // RabbitMQ loses a quorum queue if it is killed within about a second of its declaration.
    await pause(3000);

    await publish(vhost, 'kept', 'before the kill');
    const first = broker.pid;
    broker.kill();
    await until(() => !isAlive(first), 100_000);
    await broker.restart();
    expect(broker.pid).not.toBe(first);

    await publish(vhost, 'kept', 'before the orderly stop');
    const second = broker.pid;
    await broker.restart('graceful');
    expect(isAlive(second)).toBe(false);

    expect([broker.amqpsPort, broker.amqpPort, broker.managementPort, broker.managementHttpPort]).toEqual(ports);
    await expect(consume(vhost, 'kept', 2)).resolves.toEqual(['before the kill', 'before the orderly stop']);
  }, 150_000);
});

async function declare(vhost: TestVhost, queue: string): Promise<void> {
  const connection = await amqplib.connect(vhost.amqpUrl, { noDelay: true });
  const channel = await connection.createChannel();
  await channel.assertQueue(queue, { arguments: { 'x-queue-type': 'quorum' } });
  await connection.close();
}

async function publish(vhost: TestVhost, queue: string, text: string): Promise<void> {
  const connection = await amqplib.connect(vhost.amqpUrl, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  channel.sendToQueue(queue, Buffer.from(text), { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
}

/** The first `count` bodies; counts by consuming, because a count right after a restart may still be 0. */
async function consume(vhost: TestVhost, queue: string, count: number): Promise<string[]> {
  const connection = await amqplib.connect(vhost.amqpUrl, { noDelay: true });
  const channel = await connection.createChannel();
  const bodies: string[] = [];
  await channel.consume(queue, (message) => void (message && bodies.push(message.content.toString())), { noAck: true });
  await until(() => bodies.length >= count, 100_000);
  await connection.close();
  return bodies;
}
