import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { freeBrokerPorts } from '../../../lib/platform/local/broker/ports.ts';
import { acceptsConnections } from '../../../lib/platform/local/broker/readiness.ts';
import { startBroker } from '../../../lib/platform/local/broker/running-broker.ts';
import { isAlive, until } from '../support/processes.ts';
import { installationOfThisRun } from '../support/test-broker.ts';

const admin = { username: 'admin', password: 'secret' };
const scratch = mkdtempSync(join(tmpdir(), 'stops-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

// Which processes belong to a broker is read from /proc, where those of a container are not.
const hasProcesses = process.platform === 'linux' && !('image' in installationOfThisRun());
const itWithProcesses = hasProcesses ? it : it.skip;

describe('when a broker is stopped', () => {
  itWithProcesses(
    'no process of it is left when the process that started it is killed; the next one clears up its files, and leaves none when stopped',
    async () => {
      const directory = join(scratch, 'a folder of mine');
      const owner = await ownerOf(directory);
      const orphans = processesOf(directory);
      expect(orphans.length).toBeGreaterThanOrEqual(2);
      await expect(startBroker({ directory, admin, installation: installationOfThisRun() })).rejects.toThrow(
        'belongs to a broker that is running',
      );
      owner.kill('SIGKILL');
      await until(() => !orphans.some(isAlive), 100_000);

      const broker = await startBroker({ directory, admin, installation: installationOfThisRun() });
      const processes = processesOf(directory);
      expect(processes).toContain(broker.pid);
      expect(processes.length).toBeGreaterThanOrEqual(2);
      await Promise.all([broker.stop(), broker.stop()]);
      expect(processes.filter(isAlive)).toEqual([]);
      expect(existsSync(directory)).toBe(false);
      await expect(broker.restart()).rejects.toThrow('the broker was stopped');
    },
    150_000,
  );

  itWithProcesses(
    'nothing of it is left when the process that started it exits without stopping it',
    async () => {
      const directory = join(scratch, 'forgotten');
      const owner = await ownerOf(directory);
      const processes = processesOf(directory);
      owner.stdin.end('exit');
      await until(() => !processes.some(isAlive), 100_000);
      await until(() => !existsSync(directory), 100_000);
    },
    120_000,
  );
});

describe('when a port is taken meanwhile by somebody else', () => {
  it('the broker starts on other ports', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    const { port } = squatter.address() as AddressInfo;
    const unlucky = { ...(await freeBrokerPorts()), amqp: port };
    const lucky = await freeBrokerPorts();
    const choices = [unlucky, lucky];
    const choosePorts = async () => choices.shift() ?? freeBrokerPorts();
    const broker = await startBroker({
      directory: join(scratch, 'x'),
      admin,
      choosePorts,
      installation: installationOfThisRun(),
    });
    try {
      expect(broker.amqpPort).toBe(lucky.amqp);
      await expect(acceptsConnections(lucky.amqp)).resolves.toBe(true);
      await expect(acceptsConnections(unlucky.epmd)).resolves.toBe(false);
    } finally {
      await broker.stop('kill');
      squatter.close();
    }
  }, 120_000);
});

describe('when a broker cannot start', () => {
  it('the error shows why, in the words of its log, and nothing is left', async () => {
    const directory = join(scratch, 'wrong');
    const settings = { 'listeners.tcp.1': 'nowhere' };
    const starting = startBroker({ directory, admin, settings, installation: installationOfThisRun() });
    await expect(starting).rejects.toThrow(/ended while starting[\s\S]*errors in its log:[\s\S]*listeners/);
    expect(existsSync(directory)).toBe(false);
  }, 180_000);

  it('because it is not ready in time, the error says so', async () => {
    const directory = join(scratch, 'slow');
    const starting = startBroker({ directory, admin, readyTimeoutSeconds: 0.2, installation: installationOfThisRun() });
    await expect(starting).rejects.toThrow(/was not ready after 0\.2 s/);
    expect(existsSync(directory)).toBe(false);
  }, 180_000);

  it('because it was given up meanwhile, the error says so', async () => {
    const directory = join(scratch, 'given-up');
    const signal = AbortSignal.timeout(300);
    const starting = startBroker({ directory, admin, signal, installation: installationOfThisRun() });
    await expect(starting).rejects.toThrow('the start was given up');
    expect(existsSync(directory)).toBe(false);
  }, 180_000);

  it('because RabbitMQ cannot live in such a folder, the error says so at once', async () => {
    await expect(startBroker({ directory: join(scratch, "it's"), admin })).rejects.toThrow("has a quote (') in it");
  });

  it("because the folder holds somebody else's files, they are left alone", async () => {
    const directory = join(scratch, 'photos');
    mkdirSync(directory);
    writeFileSync(join(directory, 'cat.jpg'), 'meow');
    await expect(startBroker({ directory, admin, installation: installationOfThisRun() })).rejects.toThrow(
      `${directory} holds files that no broker of ours has made`,
    );
    expect(readdirSync(directory)).toEqual(['cat.jpg']);
  });
});

/** A process of its own that starts a broker and exits when told to on its standard input. */
async function ownerOf(directory: string) {
  const module = new URL('../../../lib/platform/local/broker/running-broker.ts', import.meta.url).href;
  const options = JSON.stringify({ directory, admin, installation: installationOfThisRun() });
  const program = `
    import { startBroker } from ${JSON.stringify(module)};
    await startBroker(${options});
    process.stdin.once('data', () => process.exit(0));
    console.log('ready');`;
  const owner = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  await new Promise<void>((resolve, reject) => {
    owner.stdout.once('data', () => resolve());
    owner.once('exit', (code) => reject(new Error(`the owner ended early with exit code ${code}`)));
  });
  return owner;
}

/** Every process whose environment names the folder: Erlang machine, port mapper and their helpers. Linux only. */
function processesOf(directory: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HOME=${directory}/home\0`);
      } catch {
        // Gone meanwhile, or another user's.
        return false;
      }
    });
}
