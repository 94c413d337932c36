import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { beforeAll, describe, expect, it } from '@jest/globals';
import amqplib from 'amqplib';
import { type BrokerAddress, sharedBroker, type VhostMaker } from '../support/test-broker.ts';

let broker: BrokerAddress & VhostMaker;

beforeAll(async () => {
  broker = await sharedBroker();
}, 100_000);

describe('when a private broker runs', () => {
  it('speaks TLS 1.3 on the AMQP port to a client that trusts its CA, for localhost and for 127.0.0.1', async () => {
    const ca = readFileSync(broker.caFile);
    await expect(handshake(broker.amqpsPort, 'localhost', ca)).resolves.toBe('TLSv1.3');
    await expect(handshake(broker.amqpsPort, '127.0.0.1', ca)).resolves.toBe('TLSv1.3');
  });

  it('is refused by a client that does not trust its CA', async () => {
    await expect(handshake(broker.amqpsPort, 'localhost')).rejects.toMatchObject({ code: 'SELF_SIGNED_CERT_IN_CHAIN' });
    await expect(handshake(broker.managementPort, 'localhost')).rejects.toMatchObject({
      code: 'SELF_SIGNED_CERT_IN_CHAIN',
    });
  });

  it('lets the management API be reached over TLS under the same CA', async () => {
    await expect(handshake(broker.managementPort, 'localhost', readFileSync(broker.caFile))).resolves.toBe('TLSv1.3');
  });

  it('confirms a message published over TLS and gives it back', async () => {
    const vhost = await broker.vhost();
    const connection = await amqplib.connect(vhost.amqpsUrl, { ca: [readFileSync(broker.caFile)], noDelay: true });
    try {
      const channel = await connection.createConfirmChannel();
      await channel.assertQueue('letters', { arguments: { 'x-queue-type': 'quorum' } });
      channel.sendToQueue('letters', Buffer.from('hello'), { persistent: true });
      await channel.waitForConfirms();
      const message = await channel.get('letters', { noAck: true });
      expect(message).toMatchObject({ content: Buffer.from('hello') });
    } finally {
      await connection.close();
    }
  });

  it('has the exchange type that shards need', async () => {
    const vhost = await broker.vhost();
    const connection = await amqplib.connect(vhost.amqpUrl, { noDelay: true });
    try {
      const channel = await connection.createChannel();
      await expect(channel.assertExchange('shards', 'x-consistent-hash')).resolves.toEqual({ exchange: 'shards' });
    } finally {
      await connection.close();
    }
  });

  it('keeps what one test declares from the eyes of another', async () => {
    const [mine, theirs] = [await broker.vhost(), await broker.vhost()];
    const connections = await Promise.all([amqplib.connect(mine.amqpUrl), amqplib.connect(theirs.amqpUrl)]);
    try {
      const [a, b] = await Promise.all([connections[0].createChannel(), connections[1].createChannel()]);
      b.on('error', () => {});
      await a.assertQueue('private');
      await expect(b.checkQueue('private')).rejects.toThrow('404');
    } finally {
      await Promise.all(connections.map((connection) => connection.close()));
    }
  });
});

/** The TLS version agreed on; rejects with Node's verification error. */
function handshake(port: number, host: string, ca?: Buffer): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      port,
      host,
      ...(ca ? { ca } : {}),
      ...(host === 'localhost' ? { servername: host } : {}),
    });
    socket.once('secureConnect', () => {
      resolve(socket.getProtocol());
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
