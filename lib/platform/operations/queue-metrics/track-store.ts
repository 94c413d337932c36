import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { queueTrackTable } from '../../config/table-shapes.ts';
import type { QueueTracks } from './metric-records.ts';

/** Keeps what is known of the queues of a vhost from one look at them to the next, also when the function starts anew in between. */
export interface TrackStore {
  load(vhost: string): Promise<QueueTracks>;
  save(vhost: string, tracks: QueueTracks): Promise<void>;
}

/** DynamoDB takes no larger item; some 700 queues that all hold messages need as much. */
export class DynamoDbTrackStore implements TrackStore {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

  constructor({ client, tableName }: { readonly client: DynamoDBClient; readonly tableName: string }) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async load(vhost: string): Promise<QueueTracks> {
    const { Item } = await this.#client.send(
      new GetItemCommand({
        TableName: this.#tableName,
        Key: { [queueTrackTable.partitionKey]: { S: vhost } },
        ConsistentRead: true,
      }),
    );
    return Item?.tracks?.S === undefined ? {} : (JSON.parse(Item.tracks.S) as QueueTracks);
  }

  async save(vhost: string, tracks: QueueTracks): Promise<void> {
    await this.#client.send(
      new PutItemCommand({
        TableName: this.#tableName,
        Item: { [queueTrackTable.partitionKey]: { S: vhost }, tracks: { S: JSON.stringify(tracks) } },
      }),
    );
  }
}
