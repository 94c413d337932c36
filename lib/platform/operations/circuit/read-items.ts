import { type AttributeValue, BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Keys that one BatchGetItem takes. */
const mostKeys = 100;

/** The items with these keys, as far as they exist; consistent. */
export async function readItems(
  client: DynamoDBClient,
  tableName: string,
  keyName: string,
  keys: readonly string[],
): Promise<Record<string, AttributeValue>[]> {
  const items: Record<string, AttributeValue>[] = [];
  let left = keys.map((key) => ({ [keyName]: { S: key } }));
  while (left.length > 0) {
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({
        RequestItems: { [tableName]: { Keys: left.slice(0, mostKeys), ConsistentRead: true } },
      }),
    );
    items.push(...(Responses?.[tableName] ?? []));
    const again = (UnprocessedKeys?.[tableName]?.Keys ?? []) as typeof left;
    left = [...again, ...left.slice(mostKeys)];
  }
  return items;
}
