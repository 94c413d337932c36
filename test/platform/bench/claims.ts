import { randomUUID } from 'node:crypto';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { startDynamoDb } from '../../../lib/platform/local/dynamodb/start-dynamodb.ts';
import { turnOf } from '../../../lib/platform/runtime/claims/claim-store.ts';
import { DynamoDbClaimStore } from '../../../lib/platform/runtime/claims/dynamodb-claim-store.ts';
import { createDynamoDbClient } from '../../../lib/platform/runtime/claims/dynamodb-client.ts';
import type { Comparison } from './comparison.ts';
import { report } from './in-process.ts';
import { lambdaContext } from './lambda-context.ts';
import { alternatingMedians } from './medians.ts';

/** Messages claimed, handled by nothing and completed, beside Powertools' makeIdempotent on the same store. */

const messagesPerRound = 200;
const concurrency = 10;

const dynamoDb = await startDynamoDb();
const client = createDynamoDbClient({
  endpoint: dynamoDb.endpoint,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
let requests = 0;
client.middlewareStack.add(
  (next) => (request) => {
    requests += 1;
    return next(request);
  },
  { step: 'finalizeRequest', priority: 'low', name: 'countRequests' },
);

const tables = { ours: 'claims', theirs: 'idempotency' };
for (const TableName of Object.values(tables))
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    }),
  );

const store = new DynamoDbClaimStore({ client, tableName: tables.ours });
const claimed = async (id: string): Promise<boolean> => {
  const key = `bench#${id}`;
  const owner = randomUUID();
  const { status } = await store.claim({ key, turn: turnOf(1, 0), owner, leaseUntil: Date.now() + 60_000 });
  return status === 'claimed' && (await store.complete(key, owner));
};

let effects = 0;
const config = new IdempotencyConfig({});
config.registerLambdaContext(lambdaContext());
const idempotent = makeIdempotent(
  async (_message: { id: string }) => {
    effects += 1;
  },
  {
    persistenceStore: new DynamoDBPersistenceLayer({ tableName: tables.theirs, awsSdkV3Client: client }),
    config,
    keyPrefix: 'bench',
  },
);

const round = async (ids: readonly string[], handle: (id: string) => Promise<unknown>): Promise<void> => {
  const remaining = ids.values();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (const id of remaining) await handle(id);
    }),
  );
};
const fresh = () => Array.from({ length: messagesPerRound }, () => randomUUID());
const ours = async (id: string) => {
  if (!(await claimed(id))) throw new Error(`${id} is new and was not claimed`);
};
const theirs = (id: string) => idempotent({ id });

const requestsPerMessage = async (
  ids: readonly string[],
  handle: (id: string) => Promise<unknown>,
): Promise<number> => {
  requests = 0;
  await round(ids, handle);
  return requests / ids.length;
};

try {
  const [ourIds, theirIds] = [fresh(), fresh()];
  const perMessage = {
    ours: await requestsPerMessage(ourIds, ours),
    theirs: await requestsPerMessage(theirIds, theirs),
  };
  const expectDuplicate = async (id: string) => {
    if (await claimed(id)) throw new Error(`${id} is done and was claimed again`);
  };
  effects = 0;
  const perDuplicate = {
    ours: await requestsPerMessage(ourIds, expectDuplicate),
    theirs: await requestsPerMessage(theirIds, theirs),
  };
  if (effects > 0) throw new Error(`Powertools handled ${effects} duplicates`);

  const [ourRate = Number.NaN, theirRate = Number.NaN] = (
    await alternatingMedians(
      { ours: () => round(fresh(), ours), Powertools: () => round(fresh(), theirs) },
      { iterations: 3, time: 0, warmupIterations: 1, warmupTime: 0 },
    )
  ).map((milliseconds) => (messagesPerRound * 1_000) / milliseconds);

  const other = 'Powertools makeIdempotent';
  const comparisons: Comparison[] = [
    {
      name: `messages claimed and completed, ${concurrency} at a time`,
      unit: '/s',
      ours: ourRate,
      other: { name: other, value: theirRate },
    },
    {
      name: 'DynamoDB requests per new message',
      unit: '',
      ours: perMessage.ours,
      other: { name: other, value: perMessage.theirs },
    },
    {
      name: 'DynamoDB requests per duplicate',
      unit: '',
      ours: perDuplicate.ours,
      other: { name: other, value: perDuplicate.theirs },
    },
  ];
  report(comparisons);
} finally {
  client.destroy();
  await dynamoDb.stop();
}
