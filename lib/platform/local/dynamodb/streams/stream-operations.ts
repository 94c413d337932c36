import { DynamoDbError, notEmulated } from '../dynamodb-error.ts';
import type { Streams } from './streams.ts';
import { firstSequenceNumberOf, type Position, type TableStream } from './table-stream.ts';

type Input = Readonly<Record<string, unknown>>;

const parameters: Readonly<Record<string, readonly string[]>> = {
  DescribeStream: ['StreamArn', 'Limit', 'ExclusiveStartShardId'],
  GetRecords: ['ShardIterator', 'Limit'],
  GetShardIterator: ['StreamArn', 'ShardId', 'ShardIteratorType', 'SequenceNumber'],
  ListStreams: ['TableName', 'Limit', 'ExclusiveStartStreamArn'],
};

/** Operation of the `X-Amz-Target` header of a request to DynamoDB Streams; `undefined` for a request to DynamoDB itself. */
export const streamOperationOf = (target: string | undefined): string | undefined => {
  const [, operation] = /^DynamoDBStreams_20120810\.([A-Za-z]+)$/.exec(target ?? '') ?? [];
  if (operation !== undefined && !Object.hasOwn(parameters, operation))
    throw new DynamoDbError('UnknownOperationException', `DynamoDB Streams has no operation ${operation}`);
  return operation;
};

/**
 * The resource on which a request needs the permission `dynamodb:<operation>`. For the streams of one table that is its stream: DynamoDB's
 * own example of a policy for Lambda permits `ListStreams` on nothing wider.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-example-lamda-process-dynamodb-streams.html
 */
export const streamResourceOf = (streams: Streams, operation: string, input: Input): string => {
  if (operation === 'ListStreams') return streams.ofTable(input.TableName)?.arn ?? '*';
  return operation === 'GetRecords' ? readIterator(input.ShardIterator).arn : String(input.StreamArn);
};

/** Answers a request to DynamoDB Streams. */
export const answerStreamOperation = (streams: Streams, operation: string, input: Input): Record<string, unknown> => {
  for (const name of Object.keys(input))
    if (!parameters[operation]?.includes(name)) throw notEmulated(`${name} of ${operation}`);
  switch (operation) {
    case 'ListStreams':
      return { Streams: streams.all().filter(isOf(input.TableName)).map(summary) };
    case 'DescribeStream':
      return { StreamDescription: description(streams.byArn(input.StreamArn)) };
    case 'GetShardIterator': {
      const stream = streams.byArn(input.StreamArn);
      if (input.ShardId !== stream.shardId)
        throw new DynamoDbError('ResourceNotFoundException', `Shard ${input.ShardId} does not exist`);
      return { ShardIterator: iterator(stream, startOf(stream, input)) };
    }
    default: {
      const { arn, position } = readIterator(input.ShardIterator);
      const stream = streams.byArn(arn);
      const { records, next } = stream.read(position, limitOf(input.Limit));
      return { Records: records, NextShardIterator: iterator(stream, next) };
    }
  }
};

const isOf =
  (tableName: unknown) =>
  ({ settings }: TableStream): boolean =>
    tableName === undefined || settings.tableName === tableName;

const summary = ({ arn, label, settings }: TableStream) => ({
  StreamArn: arn,
  StreamLabel: label,
  TableName: settings.tableName,
});

const description = (stream: TableStream) => ({
  ...summary(stream),
  StreamStatus: 'ENABLED',
  StreamViewType: stream.settings.viewType,
  CreationRequestDateTime: stream.createdAt / 1000,
  KeySchema: stream.settings.keySchema,
  Shards: [{ ShardId: stream.shardId, SequenceNumberRange: { StartingSequenceNumber: firstSequenceNumberOf(stream) } }],
});

const startOf = (stream: TableStream, { ShardIteratorType, SequenceNumber }: Input): Position => {
  switch (ShardIteratorType) {
    case 'TRIM_HORIZON':
      return stream.start;
    case 'LATEST':
      return stream.end;
    case 'AT_SEQUENCE_NUMBER':
      return stream.positionOf(String(SequenceNumber));
    case 'AFTER_SEQUENCE_NUMBER':
      return stream.positionOf(String(SequenceNumber)) + 1;
    default:
      throw new DynamoDbError('ValidationException', `ShardIteratorType is ${JSON.stringify(ShardIteratorType)}`);
  }
};

const limitOf = (limit: unknown): number | undefined => {
  if (limit === undefined) return undefined;
  if (!Number.isInteger(limit) || Number(limit) < 1 || Number(limit) > 1000)
    throw new DynamoDbError('ValidationException', `Limit is ${limit}; GetRecords takes 1 to 1000`);
  return Number(limit);
};

const iterator = (stream: TableStream, position: Position): string =>
  Buffer.from(JSON.stringify([stream.arn, position])).toString('base64url');

const readIterator = (text: unknown): { readonly arn: string; readonly position: Position } => {
  try {
    const [arn, position] = JSON.parse(Buffer.from(String(text), 'base64url').toString()) as [unknown, unknown];
    if (typeof arn === 'string' && Number.isInteger(position)) return { arn, position: Number(position) };
  } catch {
    // Said below, as for everything else that is no iterator.
  }
  throw new DynamoDbError('ValidationException', 'Invalid ShardIterator');
};
