import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { tableVariable } from '../config/function-environment.ts';
import type { Application, TableDeclaration } from '../declaration/application.ts';
import { startDynamoDb } from '../local/dynamodb/start-dynamodb.ts';
import { dynamoDb } from '../runtime/dynamodb.ts';
import { setVariables } from './set-variables.ts';

export interface StartedTables {
  /** Ends the store and puts the environment variables back. */
  stop(): Promise<void>;
}

let started = false;

/**
 * Starts an empty store with the tables that an application declares, in a process of its own on this machine. From then on `dynamoDb` of `#dynamodb`
 * and the functions' `tableName` lead there: what a test calls needs no change. Items do not expire.
 *
 * @example
 * let tables: StartedTables;
 * beforeAll(async () => {
 *   tables = await startTables(app);
 * });
 * afterAll(() => tables.stop());
 *
 * @throws Error when it was called before in the same test file: the client stays with the first store
 */
export const startTables = async ({ tables = {} }: Pick<Application, 'tables'>): Promise<StartedTables> => {
  if (started) throw new Error('startTables was called before in this test file; call it once, in beforeAll');
  started = true;
  const store = await startDynamoDb();
  const restore = setVariables({
    AWS_ENDPOINT_URL_DYNAMODB: store.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    ...Object.fromEntries(Object.keys(tables).map((name) => [tableVariable(name), name])),
  });
  const stop = async (): Promise<void> => {
    dynamoDb.destroy();
    restore();
    await store.stop();
  };
  try {
    for (const [name, table] of Object.entries(tables)) await dynamoDb.send(creationOf(name, table));
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
};

const creationOf = (name: string, { partitionKey, sortKey }: TableDeclaration): CreateTableCommand => {
  const keys = sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
  return new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keys.map((key, index) => ({ AttributeName: key, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
    AttributeDefinitions: keys.map((key) => ({ AttributeName: key, AttributeType: 'S' })),
  });
};
