import type { ConsumerServices } from './batch/batch.ts';
import { DynamoDbEffectTransactions } from './batch/effect-transactions.ts';
import { DynamoDbClaimStore } from './claims/dynamodb-claim-store.ts';
import { createDynamoDbClient } from './claims/dynamodb-client.ts';
import { DynamoDbKeyQueueStore } from './order/dynamodb-key-queue-store.ts';

/** Claims in a DynamoDB table, the transactions that commit effects together with them, and who waits of each order key. */
export function openClaimTable(tableName: string): Required<Pick<ConsumerServices, 'claims' | 'effects' | 'order'>> {
  const client = createDynamoDbClient();
  return {
    claims: new DynamoDbClaimStore({ client, tableName }),
    order: new DynamoDbKeyQueueStore({ client, tableName }),
    effects: new DynamoDbEffectTransactions({ client, tableName }),
  };
}
