// A process that keeps publishing while no broker is there and does not wait for results; answers with the memory that it took.

import { setTimeout as sleep } from 'node:timers/promises';
import { createPublisher } from '../../../lib/platform/runtime/amqp/amqp-publisher.ts';
import { connectionSettingsFromUrl } from '../../../lib/platform/runtime/amqp/connection-settings.ts';
import { BacklogFullError } from '../../../lib/platform/runtime/publish-errors.ts';

const [url = '', calls = '', bodyBytes = ''] = process.argv.slice(2);
const publisher = createPublisher(connectionSettingsFromUrl(url), { timeoutMilliseconds: 2000 });
const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
/** What is held on to, bodies outside of the heap included: garbage says nothing about bounds. */
const held = (): number => {
  global.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

await sleep(200);
const before = { held: held(), resident: process.memoryUsage.rss() };
const most = { ...before };
const counts = { calls: 0, refused: 0, failed: 0, confirmed: 0 };
const underWay = new Set<Promise<void>>();
for (let call = 0; call < Number(calls); call += 1) {
  const body = Buffer.alloc(Number(bodyBytes), call);
  const publishing: Promise<void> = publisher
    .publish([{ exchange: '', routingKey: 'q', properties: { messageId: String(call) }, headers: {}, body }])
    .then(([result]) => {
      counts.calls += 1;
      if (result?.status === 'confirmed') counts.confirmed += 1;
      else if (result && 'error' in result && result.error instanceof BacklogFullError) counts.refused += 1;
      else counts.failed += 1;
      underWay.delete(publishing);
    });
  underWay.add(publishing);
  // Calls keep coming for longer than the deadline, as from a service that goes on with its work.
  if (call % 500 === 499) await sleep(10);
  most.resident = Math.max(most.resident, process.memoryUsage.rss());
  if (call % 5000 === 4999) most.held = Math.max(most.held, held());
}
await Promise.all(underWay);
await publisher.close();
process.stdout.write(
  `${JSON.stringify({
    ...counts,
    heldMebibytes: mebibytes(most.held - before.held),
    residentMebibytes: mebibytes(most.resident - before.resident),
  })}\n`,
);
