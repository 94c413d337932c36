// What the tests of whole local runs share: the synthesized stacks, a run that ends with the test file, looks into what runs.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AttributeValue, DynamoDBClient, GetItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { afterAll } from '@jest/globals';
import { type ChannelModel, connect, type GetMessage } from 'amqplib';
import { plain } from '../../../lib/platform/cli/paint.ts';
import { renderEvent } from '../../../lib/platform/cli/start/render-event.ts';
import type { LocalRunEvent } from '../../../lib/platform/local/events.ts';
import { type AssemblyInProgress, type LocalRun, startLocalRun } from '../../../lib/platform/local/local-run.ts';
import type { LocalFunction } from '../../../lib/platform/local/runtime/local-function.ts';
import { assemblyOf } from './assemblies.ts';
import { endOfLog, lastLines } from './end-of-log.ts';
import { whenATestFails } from './explain-failures.ts';
import { installationOfThisRun } from './test-broker.ts';

const cleanUps: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
}, 180_000);

/** A folder that is removed at the end of the test file. */
export const scratchFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'acceptance-'));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** The stacks for the environment `local`, synthesized once for all files of one `npm test`; nobody may change them. */
export const localAssembly = (): string | AssemblyInProgress => {
  assembly ??= assemblyOf('local', scratchFolder);
  return assembly;
};

let assembly: string | AssemblyInProgress | undefined;

/** Value of the secret `NOTE_KEY`, which the stacks find on the machine. */
export const noteKey = 'hunter2';

export interface StartedStacks {
  readonly run: LocalRun;
  /** Everything that has happened in the run so far; goes on being filled. */
  readonly events: readonly LocalRunEvent[];
  /** Folder of the run's own files. */
  readonly directory: string;
  /** Folder of the synthesized stacks; not to be changed. */
  readonly assembly: string;
}

let stacks: Promise<StartedStacks> | undefined;

/** The stacks in a local run that is the test file's own and ends with it, on a broker of the version that the file is about. Takes 15 s of CPU time. */
export const startStacks = (): Promise<StartedStacks> => {
  stacks ??= runStacks(localAssembly());
  return stacks;
};

/** The same for stacks of another environment than `local`. */
export const runStacks = async (assembly: string | AssemblyInProgress): Promise<StartedStacks> => {
  const directory = join(scratchFolder(), '.local');
  const events: LocalRunEvent[] = [];
  whenATestFails(() => `the last events of the local run:\n${lastLines(events.flatMap(rendered), 25)}`);
  const run = await startLocalRun({
    assembly,
    directory,
    installation: installationOfThisRun(),
    secrets: [{ id: 'things/note-key', value: noteKey }],
    faults: [],
    onEvent: (event) => events.push(event),
  });
  const { caFile } = run.broker;
  if (caFile !== undefined) whenATestFails(() => endOfLog('the local run’s broker', caFile));
  cleanUps.push(() => run.stop());
  return { run, events, directory, assembly: typeof assembly === 'string' ? assembly : await assembly.folder };
};

const rendered = (event: LocalRunEvent): readonly string[] =>
  renderEvent(event, { nameOf: (functionName) => functionName, paint: plain, at: new Date() });

/** Asks again and again; returns the first answer that is neither false nor undefined. */
export const until = async <Found>(
  what: string,
  find: () => Found | false | undefined | Promise<Found | false | undefined>,
  seconds = 120,
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

/** What is logged of a message. */
export const loggedRow = async (run: LocalRun, messageId: string): Promise<Row | undefined> => {
  const query = { TableName: tableOf(run, 'Log'), Key: { messageId: { S: messageId } } };
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

/** Takes a message out of a queue, and those of earlier tests that are before it. */
export const takeFrom = (run: LocalRun, queue: string, messageId: string): Promise<GetMessage | undefined> =>
  asAdministrator(run, async (connection) => {
    const channel = await connection.createChannel();
    for (;;) {
      const message = await channel.get(queue, { noAck: true });
      if (!message) return undefined;
      if (message.properties.messageId === messageId) return message;
    }
  });

/** The function that gets the messages of a queue. */
export const readerOf = (run: LocalRun, queue: string): LocalFunction => {
  const name = run.mappings.find((mapping) => mapping.queue === queue)?.functionName;
  const found = run.functions.find((each) => each.name === name);
  if (!found) throw new Error(`no function reads ${queue}`);
  return found;
};

export const makeThing = (local: LocalRun, thingId: string): Promise<void> =>
  publishAs(local, `message-of-${thingId}`, { type: 'thing.made', thingId, parts: [{ name: 'wheel', count: 1 }] });

/** Publishes like a client that knows nothing but what `state.json` says. */
export const publishAs = async (
  local: LocalRun,
  messageId: string,
  event: { readonly type: string } & Readonly<Record<string, unknown>>,
): Promise<void> => {
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
  channel.publish('events', event.type, Buffer.from(JSON.stringify(event)), {
    messageId,
    type: event.type,
    contentType: 'application/json',
    persistent: true,
  });
  await channel.waitForConfirms();
  await connection.close();
};

/** Whether a thing has its row. */
export const hasThing = async (local: LocalRun, thingId: string): Promise<boolean> =>
  (await rowsOf(local, 'Things')).some((row) => row.thingId?.S === thingId);
