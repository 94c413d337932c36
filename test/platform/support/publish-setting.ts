// What the tests about publishing share: publishers that are closed, a log that can be read, a look into queues.

import { readFileSync } from 'node:fs';
import { afterEach } from '@jest/globals';
import amqplib, { type Channel, type ChannelModel, type GetMessage } from 'amqplib';
import {
  type AmqpPublisher,
  createPublisher,
  type PublisherOptions,
} from '../../../lib/platform/runtime/amqp/amqp-publisher.ts';
import type { CredentialsSource } from '../../../lib/platform/runtime/amqp/broker-credentials.ts';
import {
  type ConnectionOptions,
  connectionSettingsFromUrl,
} from '../../../lib/platform/runtime/amqp/connection-settings.ts';
import type { OutgoingMessage, PublishResult } from '../../../lib/platform/runtime/publisher.ts';
import type { BrokerAddress, TestVhost } from './test-broker.ts';

export { idsIn } from '../soak/queue-contents.ts';

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** To be done after the test, also when it fails. */
export const afterwards = (cleanUp: () => Promise<void>): void => {
  cleanUps.push(cleanUp);
};

export interface LoggedPublisher extends AmqpPublisher {
  /** The messages logged so far. */
  readonly logged: string[];
}

export interface PublisherSetting extends PublisherOptions, ConnectionOptions {
  /** Ports to connect to instead of the broker's own. */
  readonly ports?: readonly number[];
  readonly host?: string;
  readonly username?: string;
  readonly password?: string;
  readonly credentials?: CredentialsSource;
}

/** A publisher over TLS, logged in as the administrator unless told otherwise; closed after the test. */
export function publisherTo(broker: BrokerAddress, vhost: TestVhost, setting: PublisherSetting = {}): LoggedPublisher {
  const { ports = [broker.amqpsPort], host = 'localhost', credentials, ...options } = setting;
  const { username = broker.admin.username, password = broker.admin.password } = setting;
  const logged: string[] = [];
  const urls = ports.map((port) => `amqps://${username}:${password}@${host}:${port}/${vhost.name}`);
  const settings = connectionSettingsFromUrl(urls, { ca: readFileSync(broker.caFile), ...options });
  const publisher = createPublisher(credentials ? { ...settings, credentials } : settings, {
    timeoutMilliseconds: 5000,
    log: { info: (message) => logged.push(message), warn: (message) => logged.push(message) },
    ...options,
  });
  afterwards(() => publisher.close());
  return Object.assign(publisher, { logged });
}

/** A message with an id, for the default exchange unless told otherwise. */
export const message = (id: string | number, routingKey: string, change: Partial<OutgoingMessage> = {}) => ({
  exchange: '',
  routingKey,
  headers: {},
  body: Buffer.from(`body of ${id}`),
  ...change,
  properties: { messageId: String(id), ...change.properties },
});

export const statuses = (results: readonly PublishResult[]): string[] => results.map(({ status }) => status);

/** `name: message` of the error of a result, or its status where there is none. */
export const errorOf = (result: PublishResult | undefined): string =>
  result && 'error' in result ? `${result.error.name}: ${result.error.message}` : String(result?.status);

/** A channel of the test's own, to declare and to look; plain AMQP, past every proxy. */
export async function observer(vhost: TestVhost): Promise<{ connection: ChannelModel; channel: Channel }> {
  const connection = await amqplib.connect(vhost.amqpUrl, { noDelay: true });
  afterwards(() => connection.close());
  const channel = await connection.createChannel();
  return { connection, channel };
}

export const declareQueue = (channel: Channel, queue: string, extra: Record<string, unknown> = {}) =>
  channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum', ...extra } });

/** A channel as `observer` gives it, and this queue with nothing in it. */
export async function emptyQueue(vhost: TestVhost, queue: string): Promise<Channel> {
  const { channel } = await observer(vhost);
  await declareQueue(channel, queue);
  await channel.purgeQueue(queue);
  return channel;
}

/** Takes everything out of a queue, one by one. */
export async function drain(channel: Channel, queue: string): Promise<GetMessage[]> {
  const messages: GetMessage[] = [];
  for (;;) {
    const next = await channel.get(queue, { noAck: true });
    if (!next) return messages;
    messages.push(next);
  }
}
