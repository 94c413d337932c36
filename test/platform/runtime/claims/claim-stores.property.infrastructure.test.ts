import { DeleteItemCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import fc from 'fast-check';
import { DynamoDbClaimStore } from '../../../../lib/platform/runtime/claims/dynamodb-claim-store.ts';
import { MemoryClaimStore } from '../../../../lib/platform/runtime/claims/memory-claim-store.ts';
import { systemClock } from '../../../../lib/platform/time/clock.ts';
import { type LocalTables, startLocalTables } from '../../local/dynamodb/local-tables.ts';
import { ClaimModel, claimCommands, retentionSeconds } from './claim-commands.ts';

describe('whatever is asked in whatever order', () => {
  let tables: LocalTables;
  let tableName: string;
  beforeAll(async () => {
    tables = await startLocalTables();
    tableName = await tables.table();
  }, 180_000);
  afterAll(() => tables.stop());

  it('claims in memory follow the rules', () =>
    fc.assert(
      fc.asyncProperty(claimCommands(40), (commands) =>
        fc.asyncModelRun(() => {
          const model = new ClaimModel();
          const stores = [new MemoryClaimStore({ now: () => model.now, retentionSeconds })];
          return { model, real: { prefix: '', stores, deleteExpired: async () => undefined } };
        }, commands),
      ),
      { numRuns: 500 },
    ));

  it('claims in DynamoDB follow the rules, like those in memory, before and after expired items are deleted', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(claimCommands(40), (commands) =>
        fc.asyncModelRun(() => {
          const model = new ClaimModel();
          const stores = [
            new MemoryClaimStore({ now: () => model.now, retentionSeconds }),
            new DynamoDbClaimStore({
              client: tables.client,
              tableName,
              clock: { ...systemClock, now: () => model.now },
              retentionSeconds,
            }),
          ];
          const deleteExpired = async (id: string): Promise<void> => {
            const Key = { id: { S: id } };
            const { Item } = await tables.client.send(new GetItemCommand({ TableName: tableName, Key }));
            if (Item && Number(Item.expiry?.N) * 1000 <= model.now)
              await tables.client.send(new DeleteItemCommand({ TableName: tableName, Key }));
          };
          return { model, real: { prefix: `${++runs}/`, stores, deleteExpired } };
        }, commands),
      ),
      { numRuns: 40 },
    );
  }, 180_000);
});
