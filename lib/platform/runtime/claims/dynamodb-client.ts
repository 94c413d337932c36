import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/**
 * The DynamoDB client of a function: fails fast enough for the batch to be answered in time instead of hanging on a
 * connection that a frozen sandbox lost. A request takes at most three tries of two seconds.
 *
 * @param overrides for tests, e.g. an endpoint. Functions get theirs from `AWS_REGION` and `AWS_ENDPOINT_URL`.
 */
export const createDynamoDbClient = (overrides: DynamoDBClientConfig = {}): DynamoDBClient =>
  new DynamoDBClient({
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 1000,
      requestTimeout: 2000,
      // Without it the SDK only logs that the time is up and waits on.
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: 50 },
      httpsAgent: { keepAlive: true, maxSockets: 50 },
    },
    ...overrides,
  });
