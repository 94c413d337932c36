import { expect, test } from '@jest/globals';
import { app } from '../application/app.ts';
import { synthesized } from './synthesized.ts';

const dev = synthesized('dev');
const ofOutbox = (type: string) => dev.ofType(type).filter(({ logicalId }) => logicalId.startsWith('Outbox'));

test('the outbox table keeps its keys and its index, since others would replace it, and has a stream', () => {
  expect(ofOutbox('AWS::DynamoDB::Table')).toMatchObject([
    {
      properties: {
        KeySchema: [
          { AttributeName: 'orderKey', KeyType: 'HASH' },
          { AttributeName: 'position', KeyType: 'RANGE' },
        ],
        LocalSecondaryIndexes: [
          {
            IndexName: 'pending',
            KeySchema: [
              { AttributeName: 'orderKey', KeyType: 'HASH' },
              { AttributeName: 'pending', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        ],
        TimeToLiveSpecification: { AttributeName: 'expiry', Enabled: true },
        StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
      },
    },
  ]);
});

test('the relay may read what waits and note what became of it, and nothing else', () => {
  const policies = JSON.stringify(ofOutbox('AWS::IAM::Policy'));
  expect([...policies.matchAll(/"dynamodb:(\w+)"/g)].map(([, action]) => action).sort()).toEqual([
    'DescribeStream',
    'GetRecords',
    'GetShardIterator',
    'ListStreams',
    'Query',
    'Scan',
    'UpdateItem',
  ]);
});

test('the relay is invoked for what is added, not for what it writes itself, and each minute', () => {
  expect(ofOutbox('AWS::Lambda::EventSourceMapping')).toMatchObject([
    { properties: { FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] } } },
  ]);
  expect(ofOutbox('AWS::Events::Rule')).toMatchObject([{ properties: { ScheduleExpression: 'rate(1 minute)' } }]);
});

test('the relay takes nothing of an account’s concurrency, unless the environment says how much', () => {
  const reserved = ({ ofType }: ReturnType<typeof synthesized>) =>
    ofType('AWS::Lambda::Function')
      .filter(({ logicalId }) => logicalId.startsWith('OutboxRelay'))
      .map(({ properties }) => properties.ReservedConcurrentExecutions);
  // A new account has a concurrency of 10, of which nothing may be reserved.
  expect(reserved(dev)).toEqual([undefined]);
  expect(reserved(synthesized('dev', { outbox: { maximumConcurrency: 3 } }))).toEqual([3]);
});

test('the HTTP API may add to the outbox, and no consumer that does not use it', () => {
  const writers = dev
    .ofType('AWS::IAM::Policy')
    .filter(({ properties }) => {
      const { Statement } = properties.PolicyDocument as { Statement: { Action: string; Resource: unknown }[] };
      return Statement.some(
        ({ Action, Resource }) => Action === 'dynamodb:PutItem' && JSON.stringify(Resource).includes('"OutboxTable'),
      );
    })
    .map(({ logicalId }) => logicalId);
  expect(writers).toEqual([expect.stringMatching(/^Ingest/)]);
});

test('an application without one has no outbox', () => {
  const { resources } = synthesized('dev', { application: { ...app, outbox: undefined } });
  expect(resources.filter(({ logicalId }) => logicalId.startsWith('Outbox'))).toEqual([]);
});
