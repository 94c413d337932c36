import { createDynamoDbClient } from './claims/dynamodb-client.ts';

/** One client per process, so that its connections stay open from batch to batch. */
export const dynamoDb = createDynamoDbClient();
