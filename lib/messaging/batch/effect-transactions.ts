import { type DynamoDBClient, type TransactWriteItem, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { type ClaimCompletion, claimCompletionItem, whyClaimCancelled } from '../claims/claim-completion.ts';
import type { EffectTransactions } from './batch.ts';

/** Effects and claims in one `TransactWriteItems`. Needs the permission `dynamodb:UpdateItem` on the claim table. */
export class DynamoDbEffectTransactions implements EffectTransactions {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async commit(items: readonly TransactWriteItem[], key: string, owner: string): Promise<'committed' | 'fenced'> {
    const completion: ClaimCompletion = { tableName: this.#tableName, key, owner };
    try {
      await this.#client.send(
        new TransactWriteItemsCommand({ TransactItems: [...items, claimCompletionItem(completion)] }),
      );
      return 'committed';
    } catch (error) {
      const why = whyClaimCancelled(error, items.length, completion);
      if (why === undefined) throw error;
      return why;
    }
  }
}
