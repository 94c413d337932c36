// A process that publishes one message whenever it reads a line, and answers with a line of JSON.

import { createInterface } from 'node:readline';
import { createPublisher } from '../../../lib/platform/runtime/amqp/amqp-publisher.ts';
import { connectionSettingsFromUrl } from '../../../lib/platform/runtime/amqp/connection-settings.ts';

const [url = '', queue = ''] = process.argv.slice(2);
let connected = 0;
const count = (text: string) => {
  if (text === 'connected to the broker') connected += 1;
};
const publisher = createPublisher(connectionSettingsFromUrl(url), { log: { info: count, warn: count } });

for await (const _ of createInterface({ input: process.stdin })) {
  const startedAt = Date.now();
  const [result] = await publisher.publish([
    { exchange: '', routingKey: queue, properties: {}, headers: {}, body: Buffer.from('x') },
  ]);
  process.stdout.write(
    `${JSON.stringify({ status: result?.status, connected, milliseconds: Date.now() - startedAt })}\n`,
  );
}
await publisher.close();
