import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials } from './configuration.ts';
import { firstInstallation, type Installation } from './installations.ts';
import { type BrokerPorts, freeBrokerPorts } from './ports.ts';
import { PrivateNode } from './private-node.ts';
import { acceptsConnections } from './readiness.ts';

export interface BrokerOptions {
  /** The broker's own folder for data, logs, certificates; made here, removed on stop. Must not hold anything else. */
  directory: string;
  /** The one user it starts with: administrator, all permissions on vhost `/`. */
  admin: Credentials;
  /** @default the first of `findInstallations()` */
  installation?: Installation;
  /** Keys of rabbitmq.conf to add or replace. */
  settings?: Record<string, string>;
  /** How long one start may take before it is given up. @default 90 */
  readyTimeoutSeconds?: number;
  /** Gives up a start that is under way, and clears up. */
  signal?: AbortSignal;
  /** Asked anew after a start that failed because a port was taken. @default random free ones on loopback */
  choosePorts?: () => Promise<BrokerPorts>;
}

/** A RabbitMQ node of our own: loopback only, TLS under a test CA, gone when the process that started it is gone. */
export interface RunningBroker {
  version: string;
  /** Process id of the Erlang machine, or of the container engine's client in front of it; another one after `restart`. */
  readonly pid: number;
  host: 'localhost';
  amqpsPort: number;
  amqpPort: number;
  /** HTTPS */
  managementPort: number;
  managementHttpPort: number;
  /** The CA to trust, PEM. */
  caFile: string;
  admin: Credentials;
  /** Ends the processes and removes the directory. `kill` spares the 1 s (4.0) or 6 s (3.10) of an orderly shutdown. @default 'graceful' */
  stop(how?: 'graceful' | 'kill'): Promise<void>;
  /** SIGKILL, as a power cut would be for the process: data stay for `restart`; `stop` is still needed. */
  kill(): void;
  /**
   * Same ports, same data, ready when it resolves. RabbitMQ loses a quorum queue that is killed within about a second of its declaration.
   * @default 'graceful'
   */
  restart(how?: 'graceful' | 'kill'): Promise<void>;
  /** RabbitMQ's own command line, such as `rabbitmqctl('close_all_connections', 'maintenance')`. */
  rabbitmqctl(...command: readonly string[]): Promise<void>;
  /** Calls the listener, the last one given, each time the broker dies without one of these methods having ended it. */
  onDeath(listener: (how: string) => void): void;
}

export class BrokerStartError extends Error {
  override name = 'BrokerStartError';
}

const startAttempts = 4;
const marker = 'private-rabbitmq-node.json';

/**
 * Starts a private RabbitMQ on free ports; as root or as an ordinary user. Call it on the main thread: Linux ties
 * the broker's life to the thread that started it.
 *
 * @throws BrokerStartError when none is installed, the directory is not ours to use, the broker did not come up (with the end of its log), or it was given up
 */
export async function startBroker(options: BrokerOptions): Promise<RunningBroker> {
  const { directory, admin, settings = {}, readyTimeoutSeconds = 90, signal, choosePorts = freeBrokerPorts } = options;
  const installation = options.installation ?? firstInstallation();
  if (installation === undefined) {
    throw new BrokerStartError(
      'no RabbitMQ found on this machine; `npm run setup` installs one or says what to install',
    );
  }

  let reason = '';
  for (let attempt = 1; attempt <= startAttempts; attempt += 1) {
    await takeDirectory(directory);
    const ports = await choosePorts();
    // As long as any part of the node runs, this port accepts connections.
    const port = 'image' in installation ? ports.managementHttp : ports.epmd;
    writeFileSync(join(directory, marker), JSON.stringify({ port }));
    const node = await PrivateNode.prepare({ directory, installation, ports, admin, settings, readyTimeoutSeconds });
    removeOnExit.add(node);
    const outcome = await node.start(signal);
    if (outcome.result === 'ready') return runningBroker(node, installation.version, ports, admin);
    reason = outcome.reason;
    await node.remove('kill');
    removeOnExit.delete(node);
    if (outcome.result === 'failed') break;
  }
  throw new BrokerStartError(reason);
}

function runningBroker(node: PrivateNode, version: string, ports: BrokerPorts, admin: Credentials): RunningBroker {
  let stopped: Promise<void> | undefined;
  return {
    version,
    get pid() {
      return node.pid;
    },
    host: 'localhost',
    amqpsPort: ports.amqps,
    amqpPort: ports.amqp,
    managementPort: ports.management,
    managementHttpPort: ports.managementHttp,
    caFile: node.caFile,
    admin,
    stop: (how = 'graceful') => {
      stopped ??= node.remove(how).then(() => {
        removeOnExit.delete(node);
      });
      return stopped;
    },
    kill: () => node.kill(),
    restart: async (how = 'graceful') => {
      if (stopped !== undefined)
        throw new BrokerStartError('the broker was stopped, its data are gone; start a new one');
      await node.stopMachine(how);
      const outcome = await node.start();
      if (outcome.result !== 'ready') throw new BrokerStartError(outcome.reason);
    },
    rabbitmqctl: (...command) => node.control(...command),
    onDeath: (listener) => node.onDeath(listener),
  };
}

/** Empties a folder that a killed run left behind; refuses one that is in use or was never a broker's. */
async function takeDirectory(directory: string): Promise<void> {
  if (directory.includes("'")) {
    // Its disk monitor then waits for an answer that never comes (seen with 4.0.5).
    throw new BrokerStartError(
      `${directory} has a quote (') in it, with which RabbitMQ does not start; use another folder`,
    );
  }
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    const markerFile = join(directory, marker);
    if (!existsSync(markerFile)) {
      throw new BrokerStartError(
        `${directory} holds files that no broker of ours has made; give an empty or a new folder`,
      );
    }
    const { port } = JSON.parse(readFileSync(markerFile, 'utf8')) as { port: number };
    if (await acceptsConnections(port))
      throw new BrokerStartError(`${directory} belongs to a broker that is running (it answers on port ${port})`);
    rmSync(directory, { recursive: true });
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
}

/** Brokers whose owner may exit without having stopped them. A killed owner leaves their files, never their processes or containers. */
const removeOnExit = new Set<PrivateNode>();
process.once('exit', () => {
  for (const node of removeOnExit) node.removeSync();
});
