// What acceptance tests use to get a broker. Import it in test files only: it registers an `afterAll`.
//
//   const broker = await sharedBroker();          // one for the whole jest run; never stop or restart it
//   const vhost = await broker.vhost();           // yours alone; removed at the end of the file
//   const own = await ownBroker();                // for tests that kill or restart it: in a file *.own-broker.ts

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import {
  findInstallations,
  firstInstallation,
  type Installation,
} from '../../../lib/platform/local/broker/installations.ts';
import { type RunningBroker, startBroker } from '../../../lib/platform/local/broker/running-broker.ts';
import { addressOf, type BrokerAddress } from './broker-address.ts';
import { endOfLog } from './end-of-log.ts';
import { whenATestFails } from './explain-failures.ts';

export type { BrokerAddress };

export interface TestVhost {
  name: string;
  /** Plain AMQP, logged in as the administrator, with this vhost. */
  amqpUrl: string;
  /** The same over TLS; trust the broker's `caFile`. */
  amqpsUrl: string;
  /** Management API over plain HTTP, without credentials in it: they are `broker.admin`. */
  adminUrl: string;
  /** Deletes the vhost with all it holds. Happens by itself at the end of the file. */
  dispose(): Promise<void>;
}

export interface VhostMaker {
  /** A new, empty vhost in which the administrator may do everything. */
  vhost(): Promise<TestVhost>;
}

const cleanUps: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
}, 180_000);

let shared: Promise<BrokerAddress & VhostMaker> | undefined;

/** The broker that all test files of a run use; outside of a run, one that is started for this file. */
export function sharedBroker(): Promise<BrokerAddress & VhostMaker> {
  shared ??= (async () => {
    const address = fromRunner() ?? (await ownBroker());
    whenATestFails(() => endOfLog('the broker', address.caFile));
    return { ...addressOf(address), vhost: () => makeVhost(address) };
  })();
  return shared;
}

let own: Promise<RunningBroker & VhostMaker> | undefined;

/** A broker that the test file may kill and restart, one for all of the file, of the version that the run is about. Takes 5 s of CPU time to start. */
export function ownBroker(): Promise<RunningBroker & VhostMaker> {
  own ??= startOwnBroker();
  return own;
}

async function startOwnBroker(): Promise<RunningBroker & VhostMaker> {
  const parent = mkdtempSync(join(tmpdir(), 'broker-'));
  const broker = await startBroker({
    directory: join(parent, 'node'),
    admin: { username: 'admin', password: randomBytes(12).toString('hex') },
    installation: installationOfThisRun(),
  });
  whenATestFails(() => endOfLog('its own broker', broker.caFile));
  cleanUps.push(async () => {
    await broker.stop('kill');
    rmSync(parent, { recursive: true });
  });
  // The vhost maker is added to the very object: its `pid` changes with a restart, a copy's would not.
  return Object.assign(broker, { vhost: () => makeVhost(broker) });
}

/** The installation whose version this run tests; the first when the runner did not say. */
export function installationOfThisRun(): Installation {
  const version = fromRunner()?.version;
  const first = firstInstallation();
  const isFirst = version === undefined || first?.version === version;
  const installation = isFirst ? first : findInstallations().find((candidate) => candidate.version === version);
  if (installation === undefined) throw new Error('no RabbitMQ on this machine; run: npm run setup');
  return installation;
}

/** Whether this run is about the version that is used on this machine by default. What does not depend on the version is tested with that one only. */
export function isFirstVersion(): boolean {
  return installationOfThisRun().version === firstInstallation()?.version;
}

function fromRunner(): BrokerAddress | undefined {
  const json = process.env.TEST_BROKERS;
  return json ? (JSON.parse(json) as BrokerAddress[])[0] : undefined;
}

async function makeVhost(broker: BrokerAddress): Promise<TestVhost> {
  const name = `test-${randomBytes(6).toString('hex')}`;
  const { username, password } = broker.admin;
  await manage(broker, 'PUT', `vhosts/${name}`);
  await manage(broker, 'PUT', `permissions/${name}/${username}`, { configure: '.*', write: '.*', read: '.*' });
  let disposed = false;
  const dispose = async () => {
    if (disposed) return;
    disposed = true;
    await manage(broker, 'DELETE', `vhosts/${name}`);
  };
  cleanUps.push(dispose);
  return {
    name,
    amqpUrl: `amqp://${username}:${password}@localhost:${broker.amqpPort}/${name}`,
    amqpsUrl: `amqps://${username}:${password}@localhost:${broker.amqpsPort}/${name}`,
    adminUrl: `http://localhost:${broker.managementHttpPort}`,
    dispose,
  };
}

async function manage(broker: BrokerAddress, method: string, path: string, body?: object): Promise<void> {
  const { username, password } = broker.admin;
  const response = await fetch(`http://127.0.0.1:${broker.managementHttpPort}/api/${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      'content-type': 'application/json',
      // A kept-alive connection may be closed by the broker at the moment in which it is used again.
      connection: 'close',
    },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(100_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} /api/${path}: ${response.status} ${text}`);
}
