import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import amqplib from 'amqplib';
import { startBroker } from '../../../lib/platform/local/broker/running-broker.ts';
import { findServers } from '../../../lib/platform/local/broker/servers.ts';
import { identify } from '../../../lib/platform/local/state/process-identity.ts';
import { until } from '../support/processes.ts';

// No container engine can be asked for here: a program of ours stands in for it, and runs a real server with what was copied into the container.
const scratch = mkdtempSync(join(tmpdir(), 'container-'));
const engineFolder = join(scratch, 'engine');
const engine = join(scratch, 'docker');
const program = join(import.meta.dirname, '../support/container-engine.ts');
const [server] = findServers();
writeFileSync(
  engine,
  `#!/bin/sh
export CONTAINER_ENGINE_FOLDER='${engineFolder}' CONTAINER_ENGINE_SERVER='${JSON.stringify(server)}'
exec '${process.execPath}' --disable-warning=ExperimentalWarning '${program}' "$@"
`,
);
chmodSync(engine, 0o755);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const itWithServer = server ? it : it.skip;
const admin = { username: 'admin', password: 'secret' };
const installation = { version: '4.2', image: 'rabbitmq:4.2-management', engine };

const commands = (): string[][] =>
  readFileSync(join(engineFolder, 'commands.ndjson'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const containers = (): string[] => readdirSync(join(engineFolder, 'containers')).sort();
const plant = (name: string, owner: object): void => {
  mkdirSync(join(engineFolder, 'containers', name), { recursive: true });
  writeFileSync(join(engineFolder, 'containers', name, 'label'), JSON.stringify(owner));
};

describe('when a container engine runs the broker', () => {
  itWithServer(
    'it is reached over TLS on loopback, keeps its data when it is killed, and leaves no container',
    async () => {
      const started = identify(process.pid)?.started ?? '';
      plant('of-a-killed-run', { pid: process.pid, started: 'before', host: hostname() });
      plant('of-a-run', { pid: process.pid, started, host: hostname() });
      plant('of-another-machine', { pid: process.pid, started: 'before', host: 'another' });
      writeFileSync(join(engineFolder, 'next-port-is-taken'), '');
      const directory = join(scratch, 'node');
      const broker = await startBroker({ directory, admin, installation });
      expect(containers()).toEqual(['of-a-run', 'of-another-machine', expect.stringMatching(/^rabbitmq-lambda-temp/)]);

      const name = containers().at(-1) ?? '';
      const [creation = []] = commands()
        .filter(([command]) => command === 'create')
        .slice(-1);
      expect(creation).toEqual([
        'create',
        '--pull=never',
        `--name=${name}`,
        `--label=rabbitmq-lambda-template.owner=${JSON.stringify({ pid: process.pid, started, host: hostname() })}`,
        '--env=RABBITMQ_NODENAME=rabbit@localhost',
        ...[broker.amqpPort, broker.amqpsPort, broker.managementHttpPort, broker.managementPort].map(
          (port) => `--publish=127.0.0.1:${port}:${port}`,
        ),
        'rabbitmq:4.2-management',
      ]);

      try {
        const url = `amqps://admin:secret@localhost:${broker.amqpsPort}`;
        const tls = { ca: [readFileSync(broker.caFile)] };
        const connection = await amqplib.connect(url, tls);
        const channel = await connection.createConfirmChannel();
        await channel.assertQueue('kept', { durable: true });
        channel.sendToQueue('kept', Buffer.from('hello'), { persistent: true });
        await channel.waitForConfirms();
        connection.on('error', () => undefined);
        await broker.restart('kill');
        const again = await amqplib.connect(url, tls);
        const message = await (await again.createChannel()).get('kept');
        expect(message).toMatchObject({ content: Buffer.from('hello') });
        await again.close();
        await broker.rabbitmqctl('list_vhosts');
      } finally {
        await broker.stop('kill');
      }
      expect(commands().slice(-3)).toEqual([
        ['exec', name, 'rabbitmqctl', 'list_vhosts'],
        ['kill', '--signal=SIGKILL', name],
        ['rm', '--force', '--volumes', name],
      ]);
      expect(containers()).toEqual(['of-a-run', 'of-another-machine']);
      expect(existsSync(directory)).toBe(false);
    },
    600_000,
  );

  itWithServer(
    'no container is left when the process that started it is killed',
    async () => {
      const before = containers();
      const module = new URL('../../../lib/platform/local/broker/running-broker.ts', import.meta.url).href;
      const options = JSON.stringify({ directory: join(scratch, 'orphan'), admin, installation });
      const owner = spawn(
        process.execPath,
        [
          '--disable-warning=ExperimentalWarning',
          '--input-type=module',
          '--eval',
          `import { startBroker } from ${JSON.stringify(module)}; await startBroker(${options});`,
        ],
        { stdio: 'inherit' },
      );
      const isRunning = (name: string): boolean => existsSync(join(engineFolder, 'containers', name, 'processes'));
      await until(() => containers().some((name) => !before.includes(name) && isRunning(name)), 100_000);
      owner.kill('SIGKILL');
      await until(() => containers().length === before.length, 100_000);
    },
    300_000,
  );

  itWithServer('the engine says why it cannot', async () => {
    const image = 'rabbitmq:missing';
    const directory = join(scratch, 'missing');
    const starting = startBroker({ directory, admin, installation: { ...installation, image } });
    await expect(starting).rejects.toThrow(/create: Error: No such image: rabbitmq:missing/);
    expect(existsSync(directory)).toBe(false);
  });
});
