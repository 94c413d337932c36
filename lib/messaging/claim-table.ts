import type { ConsumerServices } from './batch/batch.ts';
import { DynamoDbEffectTransactions } from './batch/effect-transactions.ts';
import { DynamoDbClaimStore } from './claims/dynamodb-claim-store.ts';
import { createDynamoDbClient } from './claims/dynamodb-client.ts';

/** Claims in a DynamoDB table, and the transactions that commit effects together with them. */
export function openClaimTable(tableName: string): Required<Pick<ConsumerServices, 'claims' | 'effects'>> {
  const client = createDynamoDbClient();
  return {
    claims: new DynamoDbClaimStore({ client, tableName }),
    effects: new DynamoDbEffectTransactions({ client, tableName }),
  };
}
