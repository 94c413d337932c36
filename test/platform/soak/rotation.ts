// What is too long for `npm test`: 20,000 events through the local run while every secret rotates three times and all connections are cut after
// each time. A few minutes; exit code 0 only if all promises were kept.
//
//   npm run soak -- rotation [--messages 20000] [--rotations 3]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { synthesize } from '../../../lib/platform/cli/synthesize.ts';
import type { LocalRunEvent } from '../../../lib/platform/local/events.ts';
import { startLocalRun } from '../../../lib/platform/local/local-run.ts';
import { project } from '../application/project.ts';
import { rotateUnderLoad } from './rotate-under-load.ts';

const { values } = parseArgs({
  options: { messages: { type: 'string', default: '20000' }, rotations: { type: 'string', default: '3' } },
});
const folder = mkdtempSync(join(tmpdir(), 'soak-rotation-'));
const begun = performance.now();
const seconds = (): string => `${((performance.now() - begun) / 1000).toFixed(0)} s`;
const broken: string[] = [];
const expect = (promise: string, kept: boolean): void => {
  console.log(`${kept ? 'kept  ' : 'BROKEN'} ${promise}`);
  if (!kept) broken.push(promise);
};

try {
  await synthesize(project, join(folder, 'cdk.out'), { env: 'local' });
  const events: LocalRunEvent[] = [];
  const run = await startLocalRun({
    assembly: join(folder, 'cdk.out'),
    directory: join(folder, '.local'),
    onEvent: (event) => events.push(event),
  });
  try {
    const users = Object.keys(run.secrets).filter((user) => user !== run.broker.admin.username);
    const [messages, rotations] = [Number(values.messages), Number(values.rotations)];
    console.log(`${messages} events, ${users.length} secrets, RabbitMQ ${run.broker.version}`);
    const account = await rotateUnderLoad({
      run,
      events,
      messages,
      rotations,
      users,
      settleMilliseconds: 1_800_000,
      onProgress: (text) => console.log(`  ${seconds()}: ${text}`),
    });
    const { lost, twice, ...counts } = account;
    console.log(`  ${seconds()}: ${JSON.stringify(counts)}`);
    expect(`every message is confirmed (${account.confirmed})`, account.confirmed === messages);
    expect(`nothing is lost (things: ${lost.length}, log: ${account.unlogged})`, lost.length + account.unlogged === 0);
    expect(`nothing waits any more (${account.waiting})`, account.waiting === 0);
    expect(`nothing happens twice (${twice.length})`, twice.length === 0);
    expect(`nothing is dead-lettered (${account.deadLetters.join('; ') || 'none'})`, account.deadLetters.length === 0);
    expect(`each secret rotates ${rotations} times (${account.rotated})`, account.rotated === rotations * users.length);
    expect(
      `no function fails for longer than its retry (${account.failedBatches} batches, ${account.longestFailureMilliseconds} ms)`,
      account.longestFailureMilliseconds < 20_000,
    );
  } finally {
    await run.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = broken.length === 0 ? 0 : 1;
