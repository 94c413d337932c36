import { DynamoDbError, notEmulated } from './dynamodb-error.ts';

const expression = ['ExpressionAttributeNames', 'ExpressionAttributeValues'];
const write = [
  'TableName',
  'ConditionExpression',
  'ReturnValues',
  'ReturnValuesOnConditionCheckFailure',
  'ReturnConsumedCapacity',
  'ReturnItemCollectionMetrics',
  'ConditionalOperator',
  'Expected',
  ...expression,
];
const read = ['TableName', 'ReturnConsumedCapacity', 'AttributesToGet', 'ConsistentRead', 'ProjectionExpression'];
const search = [
  ...read,
  ...expression,
  'Select',
  'IndexName',
  'ConditionalOperator',
  'Limit',
  'ExclusiveStartKey',
  'FilterExpression',
];

/**
 * The operations that the local store emulates and the parameters of each that have their effect. DynamoDB itself
 * ignores parameters that it does not know; so does dynalite, which would make `DeletionProtectionEnabled` a silent lie.
 */
const operations: Readonly<Record<string, readonly string[]>> = {
  BatchGetItem: ['RequestItems', 'ReturnConsumedCapacity'],
  BatchWriteItem: ['RequestItems', 'ReturnConsumedCapacity', 'ReturnItemCollectionMetrics'],
  CreateTable: [
    'TableName',
    'AttributeDefinitions',
    'KeySchema',
    'BillingMode',
    'ProvisionedThroughput',
    'LocalSecondaryIndexes',
    'GlobalSecondaryIndexes',
    'StreamSpecification',
  ],
  DeleteItem: ['Key', ...write],
  DeleteTable: ['TableName'],
  DescribeTable: ['TableName'],
  DescribeTimeToLive: ['TableName'],
  GetItem: ['Key', 'ExpressionAttributeNames', ...read],
  ListTables: ['ExclusiveStartTableName', 'Limit'],
  ListTagsOfResource: ['ResourceArn'],
  PutItem: ['Item', ...write],
  Query: ['KeyConditionExpression', 'KeyConditions', 'QueryFilter', 'ScanIndexForward', ...search],
  Scan: ['ScanFilter', 'Segment', 'TotalSegments', ...search],
  TagResource: ['ResourceArn', 'Tags'],
  TransactGetItems: ['TransactItems'],
  TransactWriteItems: ['TransactItems', 'ClientRequestToken'],
  UntagResource: ['ResourceArn', 'TagKeys'],
  UpdateItem: ['Key', 'UpdateExpression', 'AttributeUpdates', ...write],
  UpdateTable: ['TableName', 'BillingMode', 'ProvisionedThroughput', 'GlobalSecondaryIndexUpdates'],
  UpdateTimeToLive: ['TableName', 'TimeToLiveSpecification'],
};

/** Members that switch off what is not emulated: asking for what happens anyway is no lie. */
const harmless: Readonly<Record<string, (value: unknown) => boolean>> = {
  StreamSpecification: (value) => (value as { StreamEnabled?: unknown } | null)?.StreamEnabled === false,
  DeletionProtectionEnabled: (value) => value === false,
  ReturnConsumedCapacity: (value) => value === 'NONE',
  ReturnItemCollectionMetrics: (value) => value === 'NONE',
};

const indexParameters = new Set(['IndexName', 'KeySchema', 'Projection', 'ProvisionedThroughput']);

/**
 * Operation of the `X-Amz-Target` header.
 * @throws DynamoDbError `UnknownOperationException`, with the operation's name where there is one.
 */
export const operationOf = (target: string | undefined): string => {
  const [, operation] = /^DynamoDB_20120810\.([A-Za-z]+)$/.exec(target ?? '') ?? [];
  if (!operation || !Object.hasOwn(operations, operation))
    throw new DynamoDbError(
      'UnknownOperationException',
      operation ? `the local DynamoDB does not emulate ${operation}` : '',
    );
  return operation;
};

/** @throws DynamoDbError naming the first parameter that would have no effect here. */
export const refuseUnknownParameters = (operation: string, input: Readonly<Record<string, unknown>>): void => {
  const known = operations[operation] ?? [];
  for (const [name, value] of Object.entries(input)) {
    if (value === null || known.includes(name) || harmless[name]?.(value)) continue;
    throw notEmulated(`${name} of ${operation}`);
  }
  for (const list of [input.GlobalSecondaryIndexes, input.LocalSecondaryIndexes]) {
    if (!Array.isArray(list)) continue;
    for (const index of list as Readonly<Record<string, unknown>>[])
      for (const name of Object.keys(index))
        if (!indexParameters.has(name)) throw notEmulated(`${name} of an index in ${operation}`);
  }
};
