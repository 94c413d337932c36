import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, RotateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { connect } from 'amqplib';
import { peekQueue } from '../../../lib/platform/cli/demo/peek-queue.ts';
import type { LocalRunEvent } from '../../../lib/platform/local/events.ts';
import type { PlannedFault } from '../../../lib/platform/local/faults/fault.ts';
import type { LocalRun } from '../../../lib/platform/local/local-run.ts';
import { ManagementClient } from '../../../lib/platform/operations/topology/management-client.ts';
import { retrying } from '../../../lib/platform/operations/topology/retry.ts';
import { createPublisher } from '../../../lib/platform/runtime/amqp/amqp-publisher.ts';
import { parseSecret } from '../../../lib/platform/runtime/amqp/broker-credentials.ts';
import { connectionSettingsFromUrl } from '../../../lib/platform/runtime/amqp/connection-settings.ts';
import type { OutgoingMessage } from '../../../lib/platform/runtime/publisher.ts';
import type { ThingMade } from '../application/events.ts';

export interface LoadSetting {
  /** Started with faults. */
  readonly run: LocalRun;
  /** What the run has told so far; it goes on being filled. */
  readonly events: readonly LocalRunEvent[];
  /** Things to make, one message each; one in ten needs two retries, with the function's own login. */
  readonly messages: number;
  /** How often every secret is rotated. After each time all connections of its users are cut. */
  readonly rotations: number;
  /** Users to whose secrets this is done. */
  readonly users: readonly string[];
  /** Time that consumers have, after the last message, for what waits in queues and delays; given up earlier once nothing moves any more. */
  readonly settleMilliseconds: number;
  readonly onProgress?: (text: string) => void;
}

export interface LoadAccount {
  readonly confirmed: number;
  readonly unconfirmed: number;
  /** Confirmed things without a row. */
  readonly lost: readonly string[];
  /** Things of which the effect happened more than once. */
  readonly twice: readonly string[];
  /** Confirmed messages that are not logged. */
  readonly unlogged: number;
  /** Each of its messages that became one, with the reason. */
  readonly deadLetters: readonly string[];
  /** Messages in queues and delays in the end. What is not lost may be here, on a machine that is too slow for `settleMilliseconds`. */
  readonly waiting: number;
  /** Completed rotations of single secrets. */
  readonly rotated: number;
  readonly cutConnections: number;
  /** Times that the publisher read its secret. */
  readonly publisherReads: number;
  /** Batches that a function did not settle. */
  readonly failedBatches: number;
  /** Longest time from a batch that failed to the next one of the same queue that did not. */
  readonly longestFailureMilliseconds: number;
  /** Users whom the broker has connections of in the end. */
  readonly connectedUsers: readonly string[];
}

const batchSize = 25;
const rotationsAtOnce = 4;
/** Longer than the longest delay of a retry, and than a function's time. */
const stalledMilliseconds = 60_000;

/** Publishes events, evenly spread over the rotations of all secrets, and counts afterwards what became of them. */
export async function rotateUnderLoad(setting: LoadSetting): Promise<LoadAccount> {
  const { run, events, messages, rotations, users, settleMilliseconds, onProgress = () => undefined } = setting;
  const client = { region: 'us-east-1', credentials: run.credentials };
  const secretsManager = new SecretsManagerClient({ ...client, endpoint: run.state.endpoints.aws });
  const dynamoDb = new DynamoDBClient({ ...client, endpoint: run.dynamoDbEndpoint });
  const ca = run.broker.caFile === undefined ? undefined : readFileSync(run.broker.caFile, 'utf8');
  const management = new ManagementClient({ url: run.broker.managementUrl, ...run.broker.admin, ca });
  let publisherReads = 0;
  const publisher = createPublisher(
    {
      ...connectionSettingsFromUrl(`${run.broker.amqpUrl.replace('//', '//user:password@')}/${run.vhost}`, { ca }),
      credentials: {
        renewable: true,
        read: async () => {
          publisherReads += 1;
          const SecretId = run.secrets.shop ?? '';
          const { SecretString } = await secretsManager.send(new GetSecretValueCommand({ SecretId }));
          return parseSecret(SecretString, SecretId);
        },
      },
    },
    { timeoutMilliseconds: 20_000 },
  );
  run.faults?.add(faultsOf(messages));
  const firstEvent = events.length;
  const failures = watchFailures(run, events);
  const confirmed: string[] = [];
  let [unconfirmed, rotated, cutConnections] = [0, 0, 0];

  const publish = async (): Promise<void> => {
    for (let next = 0; next < messages; ) {
      // Ahead of the rotations by one share of the messages, never by more.
      if (next / messages > (rotated + 1) / (rotations * users.length + 1)) {
        await sleep(20);
        continue;
      }
      const batch = Array.from({ length: Math.min(batchSize, messages - next) }, (_, index) => made(next + index));
      next += batch.length;
      for (const [index, result] of (await publisher.publish(batch)).entries()) {
        if (result.status === 'confirmed') confirmed.push(thingIdOf(next - batch.length + index));
        else unconfirmed += 1;
      }
      await sleep(10);
    }
  };
  const rotate = async (): Promise<void> => {
    for (let round = 1; round <= rotations; round += 1) {
      for (let next = 0; next < users.length; next += rotationsAtOnce) {
        const some = users.slice(next, next + rotationsAtOnce);
        // Neither do rotations run ahead of the messages.
        while (confirmed.length < (messages * rotated) / (rotations * users.length)) await sleep(20);
        for (const user of some) await secretsManager.send(new RotateSecretCommand({ SecretId: run.secrets[user] }));
        await run.rotated();
        rotated += some.length;
      }
      cutConnections += await cut(management, run);
      onProgress(`rotation ${round} done, ${confirmed.length} messages confirmed, connections cut`);
    }
  };

  try {
    await Promise.all([publish(), rotate()]);
    onProgress('all published and rotated');
    const effects = await settled({ run, dynamoDb, management, confirmed, until: Date.now() + settleMilliseconds });
    const connectedUsers = await usersOf(run, management);
    return {
      confirmed: confirmed.length,
      unconfirmed,
      lost: confirmed.filter((id) => !effects.writes.has(id)),
      twice: [...effects.writes].flatMap(([id, writes]) => (writes > 1 ? [id] : [])),
      unlogged: confirmed.filter((id) => !effects.logged.has(messageIdOf(id))).length,
      deadLetters: await deadLettersOf(management, run),
      waiting: await messagesIn(management, run, (queue) => !isTerminal(queue)),
      rotated,
      cutConnections,
      publisherReads,
      failedBatches: events.slice(firstEvent).filter((event) => event.type === 'batch' && event.error).length,
      longestFailureMilliseconds: failures.stop(),
      connectedUsers,
    };
  } finally {
    failures.stop();
    await publisher.close();
    management.close();
    dynamoDb.destroy();
    secretsManager.destroy();
  }
}

/** Asks until the broker, whose figures are some seconds old, knows of a connection of every mapping; for 20 seconds at most. */
const usersOf = async (run: LocalRun, management: ManagementClient): Promise<string[]> => {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const connections = await retrying(() => management.get<{ user: string }[]>(['vhosts', run.vhost, 'connections']), {
      deadline: Date.now() + 60_000,
    });
    const users = [...new Set(connections.map(({ user }) => user))].sort();
    const known = run.mappings.every(({ queue }) => users.some((user) => user.startsWith(`${queue}.mapping`)));
    if (known || Date.now() > deadline) return users;
    await sleep(200);
  }
};

const thingIdOf = (number: number | ''): string => `rotation-${number}`;
const messageIdOf = (thingId: string): string => `message-of-${thingId}`;

/** One in ten. */
const faultsOf = (messages: number): PlannedFault[] =>
  Array.from({ length: Math.ceil(messages / 10) }, (_, index) => ({
    consumer: 'keep-thing',
    messageId: messageIdOf(thingIdOf(10 * index)),
    fault: { kind: 'retryable', times: 2 },
  }));

function made(number: number): OutgoingMessage {
  const thingId = thingIdOf(number);
  const body: ThingMade = {
    type: 'thing.made',
    thingId,
    parts: [{ name: 'wheel', count: 1 }],
  };
  return {
    exchange: 'events',
    routingKey: 'thing.made',
    properties: { messageId: messageIdOf(thingId), type: body.type, contentType: 'application/json' },
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** How long queues are without a batch that succeeds after one that failed. */
function watchFailures(run: LocalRun, events: readonly LocalRunEvent[]): { stop(): number } {
  const since = new Map<string, number>();
  let [seen, longest] = [events.length, 0];
  const look = (): void => {
    for (; seen < events.length; seen += 1) {
      const event = events[seen];
      if (event?.type !== 'batch') continue;
      const failing = since.get(event.queue);
      if (event.error) since.set(event.queue, failing ?? Date.now());
      else if (failing !== undefined) {
        longest = Math.max(longest, Date.now() - failing);
        since.delete(event.queue);
      }
    }
  };
  const timer = setInterval(look, 20);
  return {
    stop: () => {
      look();
      clearInterval(timer);
      // What still fails in the end fails for good.
      return run.mappings.some(({ queue }) => since.has(queue)) ? Number.POSITIVE_INFINITY : longest;
    },
  };
}

/**
 * Cuts every connection that there is now, so that everybody has to log in again: the publisher's and all mappings', and those of functions. The
 * management API knows of a connection some seconds after it was opened.
 */
async function cut(management: ManagementClient, run: LocalRun): Promise<number> {
  const begun = Date.now();
  const names = new Set<string>();
  const owners = new Set<string>();
  while (owners.size < run.mappings.length + 1 && Date.now() - begun < 10_000) {
    const connections = await retrying(
      () =>
        management.get<{ name: string; user: string; connected_at?: number }[]>(['vhosts', run.vhost, 'connections']),
      { deadline: Date.now() + 60_000 },
    );
    const old = connections.filter(({ name, connected_at: at = begun }) => at < begun && !names.has(name));
    for (const { name, user } of old) {
      await retrying(() => management.delete(['connections', name]), { deadline: Date.now() + 60_000 });
      names.add(name);
      if (/^shop|\.mapping/.test(user)) owners.add(user);
    }
    await sleep(300);
  }
  return names.size;
}

interface Effects {
  /** Times that each thing was written. */
  readonly writes: ReadonlyMap<string, number>;
  /** Message ids. */
  readonly logged: ReadonlySet<string>;
}

async function settled(options: {
  readonly run: LocalRun;
  readonly dynamoDb: DynamoDBClient;
  readonly management: ManagementClient;
  readonly confirmed: readonly string[];
  readonly until: number;
}): Promise<Effects> {
  const { run, dynamoDb, management, confirmed, until } = options;
  let [moved, before] = [Date.now(), -1];
  for (;;) {
    // Looking at the tables takes long, and the time of the functions that fill them.
    const waiting = await messagesIn(management, run, (queue) => !isTerminal(queue));
    if (waiting !== before) moved = Date.now();
    before = waiting;
    const over = Date.now() > until || Date.now() - moved > stalledMilliseconds;
    if (waiting === 0 || over) {
      const [things, log] = await Promise.all(['Things', 'Log'].map((table) => rowsOf(dynamoDb, run, table)));
      const writes = new Map(things?.map((row) => [row.thingId?.S ?? '', Number(row.writes?.N)]));
      const logged = new Set(log?.map((row) => row.messageId?.S ?? ''));
      // The broker's totals are some seconds old.
      const complete = confirmed.every((id) => writes.has(id) && logged.has(messageIdOf(id)));
      if (complete || over) return { writes, logged };
    }
    await sleep(1000);
  }
}

async function rowsOf(client: DynamoDBClient, run: LocalRun, table: string) {
  const TableName = Object.entries(run.tables).find(([logicalId]) => logicalId.startsWith(table))?.[1];
  const rows = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) rows.push(...Items);
  return rows;
}

/** Queues from which nothing but an operator takes messages. */
const isTerminal = (queue: string): boolean => queue.endsWith('.dead-letter') || queue === 'delay.parking';

interface QueueTotal {
  readonly name: string;
  readonly messages?: number;
}

const queuesOf = (management: ManagementClient, run: LocalRun): Promise<QueueTotal[]> =>
  retrying(
    () => management.get<QueueTotal[]>(['queues', run.vhost], { disable_stats: 'true', enable_queue_totals: 'true' }),
    { deadline: Date.now() + 60_000 },
  );

/** Looks at the messages, since the broker's totals are some seconds old and others have dead letters as well. */
async function deadLettersOf(management: ManagementClient, run: LocalRun): Promise<string[]> {
  const { protocol, host, port, ca } = run.broker.address;
  const connection = await connect(
    { protocol, hostname: host, port, ...run.broker.admin, vhost: run.vhost },
    { noDelay: true, servername: host, ...(ca !== undefined && { ca: [ca] }) },
  );
  try {
    const found: string[] = [];
    for (const { name } of (await queuesOf(management, run)).filter(({ name }) => isTerminal(name)))
      for (const { id, attempt, reason } of await peekQueue(connection, name))
        if (id.startsWith(messageIdOf(thingIdOf('')))) found.push(`${id} in ${name}: ${reason}, attempt ${attempt}`);
    return found;
  } finally {
    await connection.close();
  }
}

async function messagesIn(
  management: ManagementClient,
  run: LocalRun,
  which: (queue: string) => boolean,
): Promise<number> {
  const queues = await queuesOf(management, run);
  return queues.filter(({ name }) => which(name)).reduce((sum, { messages = 0 }) => sum + messages, 0);
}
