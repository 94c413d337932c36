// What is too long for `npm test`: messages through restarts, cuts and a memory alarm, the memory of a publisher without a broker, and a process that
// is frozen.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBroker } from '../../../lib/platform/local/broker/running-broker.ts';
import { readArguments, wholeNumber } from '../support/command-line.ts';
import { callWhileAway } from './call-while-away.ts';
import { publishUnderFaults } from './publish-under-faults.ts';

const usage = `npm run soak -- publish [options]

About ten minutes; exit code 0 only if all promises were kept.

  --messages N         through 3 restarts, 5 cuts and a memory alarm (100000)
  --frozen-seconds N   how long a process is frozen that has a connection; six heartbeats (180)`;

const { values } = readArguments(usage, {
  options: {
    messages: { type: 'string', default: '100000' },
    'frozen-seconds': { type: 'string', default: '180' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const messages = wholeNumber('messages', values.messages, usage);
const frozenSeconds = wholeNumber('frozen-seconds', values['frozen-seconds'], usage);

const folder = mkdtempSync(join(tmpdir(), 'soak-publish-'));
const broker = await startBroker({
  directory: join(folder, 'broker'),
  admin: { username: 'admin', password: randomBytes(12).toString('hex') },
});
const broken: string[] = [];
const expect = (promise: string, kept: boolean): void => {
  console.log(`${kept ? 'kept  ' : 'BROKEN'} ${promise}`);
  if (!kept) broken.push(promise);
};

try {
  await underFaults();
  await withoutBroker();
  await frozen();
} finally {
  await broker.stop('kill');
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = broken.length === 0 ? 0 : 1;

async function underFaults(): Promise<void> {
  const begun = performance.now();
  const seconds = () => ((performance.now() - begun) / 1000).toFixed(0);
  console.log(`${messages} messages to RabbitMQ ${broker.version}`);
  const account = await publishUnderFaults({
    broker,
    vhost: '/',
    messages,
    callers: 20,
    timeoutMilliseconds: 4000,
    blockedMilliseconds: 6000,
    onFault: (description, settled) => console.log(`  ${seconds()} s, ${settled} settled: ${description}`),
  });
  const { said, lost, denied, found, duplicates, unaccounted, restarts, cuts, blocks, connections } = account;
  console.log(
    `  ${seconds()} s: ${JSON.stringify(said)}, ${found} found, ${duplicates} duplicates, ${connections} connections`,
  );
  expect(`3 restarts, 5 cuts, 1 block: ${restarts}, ${cuts}, ${blocks}`, restarts === 3 && cuts === 5 && blocks === 1);
  expect(`every confirmed message is in the queue (lost: ${lost.length})`, lost.length === 0);
  expect(`what was said not to have arrived has not (${denied.length})`, denied.length === 0);
  expect(`every message has a result (without: ${unaccounted})`, unaccounted === 0);
  expect(
    `confirmed ≤ found ≤ all: ${said.confirmed} ≤ ${found} ≤ ${messages}`,
    said.confirmed <= found && found <= messages,
  );
}

async function withoutBroker(): Promise<void> {
  const { calls, refused, heldMebibytes, residentMebibytes } = await callWhileAway({ calls: 200_000, bodyBytes: 4096 });
  console.log(`${calls} calls of 4 KiB while no broker is there, ${refused} refused at once`);
  expect(
    `memory held: ${heldMebibytes} MiB, at most 128 (${residentMebibytes} MiB resident, garbage included)`,
    heldMebibytes <= 128,
  );
}

async function frozen(): Promise<void> {
  // Either side gives a connection up after two.
  const heartbeatSeconds = Math.max(1, Math.round(frozenSeconds / 6));
  console.log(`frozen for ${frozenSeconds} s with heartbeats of ${heartbeatSeconds} s`);
  const { username, password } = broker.admin;
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, '../support/publish-on-command.ts'),
      `amqps://${username}:${password}@localhost:${broker.amqpsPort}/?heartbeat=${heartbeatSeconds}`,
      'soak',
    ],
    { env: { ...process.env, NODE_EXTRA_CA_CERTS: broker.caFile }, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const publish = async (): Promise<{ status: string; connected: number; milliseconds: number }> => {
    child.stdin.write('publish\n');
    const [line] = await once(child.stdout, 'data');
    return JSON.parse(String(line));
  };
  try {
    const before = await publish();
    expect(
      `before: ${before.status}, ${before.connected} connection`,
      before.status === 'confirmed' && before.connected === 1,
    );
    process.kill(child.pid as number, 'SIGSTOP');
    await sleep(frozenSeconds * 1000);
    process.kill(child.pid as number, 'SIGCONT');
    const after = await publish();
    expect(
      `after: ${after.status} after ${after.milliseconds} ms, with one reconnect (${after.connected - 1})`,
      after.status === 'confirmed' && after.connected === 2,
    );
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
