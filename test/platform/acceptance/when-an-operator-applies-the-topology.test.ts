import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topologyOf } from '../../../lib/platform/declaration/topology-of.ts';
import { expandTopology } from '../../../lib/platform/topology/expand.ts';
import { app } from '../application/app.ts';
import { managementClient, passwordsFor } from '../support/applied-topology.ts';
import { type BrokerAddress, sharedBroker } from '../support/test-broker.ts';

const declaration = topologyOf(app);

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const program = join(import.meta.dirname, '../application/mq.ts');
let broker: BrokerAddress;
let folder: string;
let options: string[];
let vhost: string;

function mq(
  args: readonly string[],
  env: Record<string, string> = { MQ_PASSWORD: broker.admin.password },
): Promise<Run> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...args],
      { env: { PATH: process.env.PATH, ...env }, timeout: 100_000 },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
    );
  });
}

beforeAll(async () => {
  const shared = await sharedBroker();
  broker = shared;
  ({ name: vhost } = await shared.vhost());
  folder = mkdtempSync(join(tmpdir(), 'mq-'));
  const userPrefix = `${vhost}-`;
  const passwords = passwordsFor(broker, managementClient(broker), expandTopology(declaration, { vhost, userPrefix }));
  const passwordsFile = join(folder, 'passwords.json');
  writeFileSync(passwordsFile, JSON.stringify(passwords));
  options = [
    '--url',
    `https://localhost:${broker.managementPort}`,
    '--ca',
    broker.caFile,
    '--vhost',
    vhost,
    '--user-prefix',
    userPrefix,
    '--passwords-file',
    passwordsFile,
  ];
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true }));

describe('when an operator applies the topology', () => {
  it('the plan says what is missing, apply makes it, and then there is nothing to do', async () => {
    const before = await mq(['topology', 'plan', '--detailed-exitcode', ...options]);
    expect(before).toMatchObject({ code: 2, stderr: '' });
    expect(before.stdout).toMatch(/create +│ queue +│ keep-thing /u);
    expect(before.stdout).toMatch(/vhost .*: 1 unchanged, \d+ create\n$/u);
    // Colours are for terminals.
    expect(before.stdout).not.toContain('\u001b[');
    expect((await mq(['topology', 'plan', ...options])).code).toBe(0);

    const applied = await mq(['topology', 'apply', ...options]);
    expect(applied.code).toBe(0);
    expect(applied.stdout).toMatch(/vhost .*: 1 unchanged, \d+ created\n$/u);

    const after = await mq(['topology', 'plan', '--detailed-exitcode', '--json', ...options]);
    expect(after.code).toBe(0);
    expect(JSON.parse(after.stdout)).toEqual({
      broker: `https://localhost:${broker.managementPort}`,
      version: broker.version,
      vhost,
      changes: [],
    });
  }, 180_000);

  it('drift is shown with what is and what should be', async () => {
    const client = managementClient(broker);
    await client.put(['policies', vhost, 'consumer.log-all'], {
      pattern: '^log-all$',
      'apply-to': 'queues',
      priority: 10,
      definition: { 'max-length': 7 },
    });
    client.close();
    const { stdout } = await mq(['topology', 'plan', ...options]);
    expect(stdout).toMatch(/update +│ policy +│ consumer\.log-all +│ definition\.max-length: 7 -> not set/u);
    expect(stdout).toContain('definition.dead-letter-exchange: not set -> "dead-letter"');
  }, 180_000);
});

describe('when an operator mistypes', () => {
  it.each([
    [['topologie'], 64, "there is no command 'topologie'"],
    [['topology'], 64, 'plan, apply, diagram or permissions is needed'],
    [['topology', 'paln'], 64, "there is no 'topology paln'"],
    [['topology', 'plan', '--nonsense'], 64, "Unknown option '--nonsense'"],
    [
      ['topology', 'plan', '--timeout', 'soon', '--url', 'https://localhost'],
      64,
      '--timeout is soon; it takes 1 to 86400 seconds',
    ],
    [['topology', 'plan', '--state', '/nowhere/state.json'], 1, 'no local run found'],
    [['topology', 'plan', '--url', 'amqps://localhost'], 1, 'the management API is reached by https:'],
    [['topology', 'plan', '--url', 'https://localhost:1', '--timeout', '1'], 1, 'did not become ready within 1 s'],
  ])(
    '%j, it is one clear message and exit code %d',
    async (args, code, message) => {
      const run = await mq(args);
      expect(run.code).toBe(code);
      expect(run.stderr).toContain(message);
      expect(run.stderr).not.toMatch(/\n {4}at /u);
    },
    20_000,
  );

  it('the password, the answer does not show it', async () => {
    const run = await mq(['topology', 'plan', ...options], { MQ_PASSWORD: 'mistyped-secret' });
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toContain("user 'admin' is refused");
    expect(run.stderr).not.toContain('mistyped-secret');
  }, 180_000);
});
