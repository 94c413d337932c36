// What is too long for `npm test`: events through the local run while every secret rotates and all connections are cut after each time.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../../lib/platform/cli/synthesize.ts';
import type { LocalRunEvent } from '../../../lib/platform/local/events.ts';
import { startLocalRun } from '../../../lib/platform/local/local-run.ts';
import { project } from '../application/project.ts';
import { readArguments, wholeNumber } from '../support/command-line.ts';
import { rotateUnderLoad } from './rotate-under-load.ts';

const usage = `npm run soak -- rotation [options]

A few minutes; exit code 0 only if all promises were kept.

  --messages N    events, evenly spread over the rotations (20000)
  --rotations N   how often every secret rotates (3)`;

const { values } = readArguments(usage, {
  options: {
    messages: { type: 'string', default: '20000' },
    rotations: { type: 'string', default: '3' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const messages = wholeNumber('messages', values.messages, usage);
const rotations = wholeNumber('rotations', values.rotations, usage);

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
    faults: [],
    onEvent: (event) => events.push(event),
  });
  try {
    const users = Object.keys(run.secrets).filter((user) => user !== run.broker.admin.username);
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
