// What the tests of whole local runs share: the synthesized stacks, a run that ends with the test file, looks into what runs.

import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AttributeValue, DynamoDBClient, GetItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { afterAll } from '@jest/globals';
import { type ChannelModel, connect, type GetMessage } from 'amqplib';
import { synthesizing } from '../../bin/synthesize.ts';
import type { LocalRunEvent } from '../../lib/local/events.ts';
import {
  type AssemblyInProgress,
  type LocalRun,
  type LocalRunOptions,
  startLocalRun,
} from '../../lib/local/local-run.ts';
import type { LocalFunction } from '../../lib/local/runtime/local-function.ts';
import { installationOfThisRun } from './broker.ts';

const cleanUps: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
}, 60_000);

/** A folder that is removed at the end of the test file. */
export const scratchFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'acceptance-'));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** The stacks for the environment `local`. The files of one `npm test` share what the first of them synthesized; nobody may change it. */
export const localAssembly = (): string | AssemblyInProgress => {
  assembly ??= sharedAssembly();
  return assembly;
};

let assembly: string | AssemblyInProgress | undefined;

const sharedAssembly = (): string | AssemblyInProgress => {
  const context = { env: 'local' };
  if (!process.env.TEST_SCRATCH) return synthesizing(join(scratchFolder(), 'cdk.out'), context);
  const shared = join(process.env.TEST_SCRATCH, 'local.out');
  if (existsSync(shared)) return shared;
  const { brokerConfiguration, folder } = synthesizing(`${shared}-${process.pid}`, context);
  return { brokerConfiguration, folder: folder.then((own) => share(own, shared)) };
};

const share = (own: string, shared: string): string => {
  try {
    renameSync(own, shared);
  } catch (error) {
    // Another file was first.
    if (!existsSync(shared)) throw error;
  }
  return shared;
};

export interface StartedStacks {
  readonly run: LocalRun;
  /** Everything that has happened in the run so far; goes on being filled. */
  readonly events: readonly LocalRunEvent[];
  /** Folder of the run's own files. */
  readonly directory: string;
  /** Folder of the synthesized stacks; not to be changed. */
  readonly assembly: string;
}

/** Runs the stacks on a broker of the version that this run is about, until the end of the test file. Takes about 8 s. */
export const startStacks = async (options: Partial<LocalRunOptions> = {}): Promise<StartedStacks> => {
  const directory = join(scratchFolder(), '.local');
  const events: LocalRunEvent[] = [];
  const stacks = options.assembly ?? localAssembly();
  const run = await startLocalRun({
    assembly: stacks,
    directory,
    installation: installationOfThisRun(),
    onEvent: (event) => events.push(event),
    ...options,
  });
  cleanUps.push(() => run.stop());
  return { run, events, directory, assembly: typeof stacks === 'string' ? stacks : await stacks.folder };
};

/** Asks again and again; returns the first answer that is neither false nor undefined. */
export const until = async <Found>(
  what: string,
  find: () => Found | false | undefined | Promise<Found | false | undefined>,
  seconds = 60,
): Promise<Found> => {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(50);
  }
};

const clients = new WeakMap<LocalRun, DynamoDBClient>();

/** The client for the tables of a run. */
export const dynamoDbOf = (run: LocalRun): DynamoDBClient => {
  const known = clients.get(run);
  if (known) return known;
  const client = new DynamoDBClient({
    endpoint: run.dynamoDbEndpoint,
    region: run.state.aws.region,
    credentials: run.credentials,
  });
  clients.set(run, client);
  cleanUps.push(() => client.destroy());
  return client;
};

/** @param logicalId of the table, its beginning or a part of it */
export const tableOf = (run: LocalRun, logicalId: string): string => {
  const found = Object.entries(run.tables).find(([id]) => id.includes(logicalId))?.[1];
  if (found === undefined) throw new Error(`no table ${logicalId} among ${Object.keys(run.tables).join(', ')}`);
  return found;
};

type Row = Record<string, AttributeValue>;

export const rowsOf = async (run: LocalRun, logicalId: string): Promise<Row[]> => {
  const rows: Row[] = [];
  const query = { TableName: tableOf(run, logicalId), ConsistentRead: true };
  for await (const { Items = [] } of paginateScan({ client: dynamoDbOf(run) }, query)) rows.push(...Items);
  return rows;
};

/** What the audit log has of a message. */
export const auditRow = async (run: LocalRun, messageId: string): Promise<Row | undefined> => {
  const query = { TableName: tableOf(run, 'AuditLog'), Key: { messageId: { S: messageId } } };
  return (await dynamoDbOf(run).send(new GetItemCommand(query))).Item;
};

/** A connection as the broker's administrator, closed when `use` is done. */
export const asAdministrator = async <Result>(
  { broker, vhost }: LocalRun,
  use: (connection: ChannelModel) => Promise<Result>,
): Promise<Result> => {
  const { protocol, host, port, ca } = broker.address;
  const connection = await connect(
    { protocol, hostname: host, port, ...broker.admin, vhost },
    { noDelay: true, servername: host, ...(ca !== undefined && { ca: [ca] }) },
  );
  connection.on('error', () => undefined);
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
};

/** Takes the next message out of a queue. */
export const takeFrom = (run: LocalRun, queue: string): Promise<GetMessage | undefined> =>
  asAdministrator(run, async (connection) => {
    const channel = await connection.createChannel();
    return (await channel.get(queue, { noAck: true })) || undefined;
  });

/** The function that gets the messages of a queue. */
export const readerOf = (run: LocalRun, queue: string): LocalFunction => {
  const name = run.mappings.find((mapping) => mapping.queue === queue)?.functionName;
  const found = run.functions.find((each) => each.name === name);
  if (!found) throw new Error(`no function reads ${queue}`);
  return found;
};

/** Publishes like a client that knows nothing but what `state.json` says. */
export const placeOrder = async (local: LocalRun, orderId: string): Promise<void> => {
  const { broker, vhost } = local.state;
  const { hostname, port } = new URL(broker.amqps.replace('amqps:', 'https:'));
  const logins = JSON.parse(readFileSync(broker.credentialsFile, 'utf8')) as Record<string, string>;
  const username = local.broker.admin.username;
  const ca = broker.caFile ? [readFileSync(broker.caFile)] : [];
  const connection = await connect(
    { protocol: 'amqps', hostname, port: Number(port), username, password: logins[username] ?? '', vhost },
    { ca, noDelay: true },
  );
  const channel = await connection.createConfirmChannel();
  const event = { type: 'order.placed', orderId, customerId: 'customer-1', lines: [{ sku: 'book', quantity: 1 }] };
  channel.publish('events', 'order.placed', Buffer.from(JSON.stringify(event)), {
    messageId: `message-of-${orderId}`,
    type: 'order.placed',
    contentType: 'application/json',
    persistent: true,
  });
  await channel.waitForConfirms();
  await connection.close();
};

/** Whether an order has its row. */
export const ordered = async (local: LocalRun, orderId: string): Promise<boolean> =>
  (await rowsOf(local, 'Orders')).some((row) => row.orderId?.S === orderId);
