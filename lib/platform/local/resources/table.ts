import { isDeepStrictEqual } from 'node:util';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DynamoDBClient,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { Resolved } from '../assembly/intrinsics.ts';
import { arn, region } from '../assembly/pseudo-parameters.ts';
import { AssemblyError, UnsupportedError } from '../assembly/template.ts';
import { physicalName } from './physical-name.ts';
import {
  type CreatedResource,
  checkProperties,
  InPlaceError,
  nameOf,
  type ResourceRequest,
  type ResourceType,
} from './resource-type.ts';

const schema = [
  'KeySchema',
  'AttributeDefinitions',
  'TableName',
  'BillingMode',
  'TimeToLiveSpecification',
  'LocalSecondaryIndexes',
  'StreamSpecification',
];
const withoutEffect = [
  'Tags',
  'SSESpecification',
  'PointInTimeRecoverySpecification',
  'DeletionProtectionEnabled',
  'ContributorInsightsSpecification',
  'TableClass',
  'WarmThroughput',
  'OnDemandThroughput',
];

const create = async (request: ResourceRequest, indexes: Resolved): Promise<CreatedResource> => {
  const { machine, properties, stack, logicalId } = request;
  const name =
    typeof properties.TableName === 'string' ? properties.TableName : physicalName(stack.name, logicalId, 255);
  const { endpoint } = await machine.services.dynamoDb;
  const client = new DynamoDBClient({ endpoint, region, credentials: machine.services.principals.operator });
  let streamArn: string | undefined;
  try {
    const table = {
      TableName: name,
      KeySchema: properties.KeySchema,
      AttributeDefinitions: properties.AttributeDefinitions,
      // Throughput is not limited here, so that provisioned tables do not throttle.
      BillingMode: 'PAY_PER_REQUEST',
      ...(indexes ? { GlobalSecondaryIndexes: indexes } : {}),
      ...streamOf(request),
      ...(properties.LocalSecondaryIndexes ? { LocalSecondaryIndexes: properties.LocalSecondaryIndexes } : {}),
    } as unknown as CreateTableCommandInput;
    const { TableDescription } = await client.send(new CreateTableCommand(table));
    streamArn = TableDescription?.LatestStreamArn;
    const expiry = properties.TimeToLiveSpecification as
      | { AttributeName?: string; Enabled?: boolean | string }
      | undefined;
    if (expiry?.AttributeName && String(expiry.Enabled ?? true) === 'true')
      await client.send(
        new UpdateTimeToLiveCommand({
          TableName: name,
          TimeToLiveSpecification: { AttributeName: expiry.AttributeName, Enabled: true },
        }),
      );
  } catch (cause) {
    throw new AssemblyError(`${nameOf(request)}: ${(cause as Error).message}`, { cause });
  } finally {
    client.destroy();
  }
  machine.tables.set(logicalId, name);
  return {
    physicalId: name,
    attributes: { Arn: arn('dynamodb', `table/${name}`), ...(streamArn !== undefined && { StreamArn: streamArn }) },
    update: (later) => {
      if (isDeepStrictEqual(definitionOf(later), definitionOf(request))) return undefined;
      throw new InPlaceError(`${nameOf(later)} has other keys, indexes, expiry or stream`);
    },
    remove: async () => {
      machine.tables.delete(logicalId);
      const deleting = new DynamoDBClient({ endpoint, region, credentials: machine.services.principals.operator });
      try {
        await deleting.send(new DeleteTableCommand({ TableName: name }));
      } finally {
        deleting.destroy();
      }
    },
  };
};

/** What a table is on this machine. Throughput is not limited here, whatever its billing mode. */
const definitionOf = ({ properties }: ResourceRequest): Resolved[] => [
  ...schema.filter((name) => name !== 'BillingMode').map((name) => properties[name]),
  withoutThroughput(properties.GlobalSecondaryIndexes),
];

const streamOf = (request: ResourceRequest): object => {
  const { StreamSpecification } = request.properties;
  if (!StreamSpecification) return {};
  const { StreamViewType, ...others } = StreamSpecification as Record<string, Resolved>;
  if (Object.keys(others).length > 0)
    throw new UnsupportedError(
      `${nameOf(request)}: ${Object.keys(others).join(', ')} of StreamSpecification has no effect on this machine`,
    );
  return { StreamSpecification: { StreamEnabled: true, StreamViewType } };
};

const withoutThroughput = (indexes: Resolved): Resolved =>
  Array.isArray(indexes)
    ? indexes.map((index) => {
        const { IndexName, KeySchema, Projection } = index as Record<string, Resolved>;
        return { IndexName, KeySchema, Projection };
      })
    : undefined;

const createTable: ResourceType = (request) => {
  checkProperties(request, {
    effective: [...schema, 'GlobalSecondaryIndexes'],
    ignored: [...withoutEffect, 'ProvisionedThroughput'],
  });
  return create(request, withoutThroughput(request.properties.GlobalSecondaryIndexes));
};

const createGlobalTable: ResourceType = (request) => {
  checkProperties(request, {
    effective: [...schema, 'GlobalSecondaryIndexes', 'Replicas'],
    ignored: [...withoutEffect, 'WriteProvisionedThroughputSettings', 'WriteOnDemandThroughputSettings'],
  });
  const replicas = request.properties.Replicas;
  if (Array.isArray(replicas) && replicas.length > 1)
    throw new UnsupportedError(
      `${nameOf(request)}: ${replicas.length} replicas; there is only one region on this machine`,
    );
  return create(request, withoutThroughput(request.properties.GlobalSecondaryIndexes));
};

export const tableTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::DynamoDB::Table': createTable,
  'AWS::DynamoDB::GlobalTable': createGlobalTable,
};
