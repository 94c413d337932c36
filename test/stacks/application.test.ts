import { describe, expect, it, test } from '@jest/globals';
import { claimTable } from '../../lib/messaging/claims/dynamodb-claim-item.ts';
import { outboxTable } from '../../lib/messaging/outbox/outbox-table.ts';
import { declaration } from '../../lib/topology/declaration.ts';
import { expandTopology } from '../../lib/topology/expand.ts';
import { type Resource, synthesized } from './synthesized.ts';

const dev = synthesized('dev');
const prod = synthesized('prod');
const both = [
  ['dev', dev],
  ['prod', prod],
] as const;
const only = (resources: readonly Resource[]): Resource => {
  expect(resources).toHaveLength(1);
  return resources[0] as Resource;
};

describe.each(both)('the broker in %s', (_, { ofType }) => {
  const { properties } = only(ofType('AWS::AmazonMQ::Broker'));

  it('is private, encrypted, logged and patched', () => {
    expect(properties).toMatchObject({
      PubliclyAccessible: false,
      EncryptionOptions: { UseAwsOwnedKey: true },
      Logs: { General: true },
      AutoMinorVersionUpgrade: true,
      EngineType: 'RABBITMQ',
      EngineVersion: '4.3',
    });
  });

  it('has one user, whose password is in no template', () => {
    expect(properties.Users).toEqual([{ Username: 'admin', Password: expect.anything() }]);
    expect(JSON.stringify(properties.Users)).toContain('{{resolve:secretsmanager:');
  });

  it('opens AMQP over TLS and the management API, to security groups only', () => {
    const ingress = ofType('AWS::EC2::SecurityGroupIngress').map(({ properties }) => properties);
    expect(ingress.map(({ FromPort }) => FromPort).sort()).toEqual([443, 5671, 5671]);
    expect(ingress.every((rule) => rule.SourceSecurityGroupId !== undefined && rule.CidrIp === undefined)).toBe(true);
    const inline = ofType('AWS::EC2::SecurityGroup').filter(({ properties }) => properties.SecurityGroupIngress);
    expect(inline).toEqual([]);
  });
});

describe('what an environment decides', () => {
  test('prod is a cluster over three zones, dev a single instance', () => {
    const broker = ({ ofType }: typeof dev) => only(ofType('AWS::AmazonMQ::Broker')).properties;
    expect(broker(prod)).toMatchObject({ DeploymentMode: 'CLUSTER_MULTI_AZ', HostInstanceType: 'mq.m7g.large' });
    expect(broker(prod).SubnetIds).toHaveLength(3);
    expect(broker(dev)).toMatchObject({ DeploymentMode: 'SINGLE_INSTANCE' });
    expect(broker(dev).SubnetIds).toHaveLength(1);
  });

  test('prod keeps broker, tables and secrets when a stack is deleted, and refuses its deletion', () => {
    const data = ['AWS::AmazonMQ::Broker', 'AWS::DynamoDB::Table', 'AWS::SecretsManager::Secret'];
    const lost = prod.resources.filter(
      ({ type, deletionPolicy }) => data.includes(type) && deletionPolicy !== 'Retain',
    );
    expect(lost.map(({ logicalId }) => logicalId)).toEqual([]);
    expect(prod.stacks.every(({ terminationProtection }) => terminationProtection)).toBe(true);
  });

  test('prod can restore its tables', () => {
    for (const { properties } of prod.ofType('AWS::DynamoDB::Table')) {
      expect(properties.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
    }
  });
});

describe.each(both)('secrets in %s', (_, { ofType, templates }) => {
  it('exist for the administrator and for each pair of users of the topology', () => {
    const { users: pairs } = expandTopology(declaration, { vhost: 'events' });
    const users = pairs.filter(({ alternateOf }) => alternateOf === undefined).map(({ name }) => name);
    const generated = ofType('AWS::SecretsManager::Secret').map(({ properties }) => properties.GenerateSecretString);
    expect(
      generated.map((given) => JSON.parse((given as { SecretStringTemplate: string }).SecretStringTemplate)),
    ).toEqual(expect.arrayContaining(['admin', ...users].map((username) => ({ username }))));
    expect(generated).toHaveLength(users.length + 1);
  });

  it('have passwords that Amazon MQ takes: long, without , : or =', () => {
    for (const { properties } of ofType('AWS::SecretsManager::Secret')) {
      expect(properties.GenerateSecretString).toMatchObject({ PasswordLength: 40, ExcludePunctuation: true });
    }
  });

  it('appear in a template only by reference', () => {
    const text = JSON.stringify(templates);
    expect(text).not.toMatch(/"SecretString":/);
    // The one place where a password is resolved is the administrator of the broker.
    expect(text.match(/\{\{resolve:/g)).toHaveLength(1);
  });
});

describe.each(both)('mappings in %s', (_, { ofType, resources }) => {
  const mappings = ofType('AWS::Lambda::EventSourceMapping').filter(({ properties }) => properties.Queues);

  it('read every consumer its queue', () => {
    expect(mappings.map(({ properties }) => properties.Queues)).toEqual(
      Object.keys(declaration.consumers).map((name) => [name]),
    );
  });

  it('come after the topology, which declares queue and user, and after the permissions of the function', () => {
    const topology = only(ofType('Custom::RabbitMqTopology')).logicalId;
    for (const { dependsOn } of mappings) {
      expect(dependsOn).toContain(topology);
      const policies = resources.filter(
        ({ logicalId, type }) => type === 'AWS::IAM::Policy' && dependsOn.includes(logicalId),
      );
      expect(JSON.stringify(policies)).toContain('mq:DescribeBroker');
      expect(JSON.stringify(policies)).toContain('ec2:DeleteNetworkInterface');
    }
  });

  it('log in as a user of their own to the vhost', () => {
    const logins = mappings.map(
      ({ properties }) => properties.SourceAccessConfigurations as { Type: string; URI: unknown }[],
    );
    expect(new Set(logins.map((login) => JSON.stringify(login[0]))).size).toBe(mappings.length);
    for (const login of logins) {
      expect(login).toEqual([
        { Type: 'BASIC_AUTH', URI: { Ref: expect.stringContaining('mapping') } },
        { Type: 'VIRTUAL_HOST', URI: 'events' },
      ]);
    }
  });

  it('state nothing that RabbitMQ mappings ignore', () => {
    const heeded = [
      'BatchSize',
      'EventSourceArn',
      'FunctionName',
      'MaximumBatchingWindowInSeconds',
      'Queues',
      'SourceAccessConfigurations',
      'Tags',
    ];
    for (const { properties } of mappings) {
      expect(Object.keys(properties).filter((name) => !heeded.includes(name))).toEqual([]);
    }
  });
});

describe.each(both)('functions in %s', (_, { ofType }) => {
  it('run on Node 24 for at most 14 minutes, inside the VPC', () => {
    for (const { properties } of ofType('AWS::Lambda::Function')) {
      expect(properties).toMatchObject({ Runtime: 'nodejs24.x', VpcConfig: expect.anything() });
      expect(properties.Timeout).toBeLessThanOrEqual(840);
    }
  });

  it('each log to a group of their own that forgets in time', () => {
    const groups = ofType('AWS::Lambda::Function').map(({ properties }) => JSON.stringify(properties.LoggingConfig));
    expect(new Set(groups).size).toBe(groups.length);
    for (const { properties } of ofType('AWS::Logs::LogGroup')) {
      expect(properties.RetentionInDays).toBeGreaterThan(0);
    }
  });

  it('hold no secret and no password in their environment', () => {
    for (const { properties } of ofType('AWS::Lambda::Function')) {
      expect(JSON.stringify(properties.Environment)).not.toMatch(/resolve:|password/i);
    }
  });
});

describe('permissions', () => {
  const statementsOf = (consumer: string) =>
    dev
      .ofType('AWS::IAM::Policy')
      .filter(({ logicalId }) => logicalId.startsWith(`${consumer.replaceAll('-', '')}Handler`))
      .flatMap(
        ({ properties }) =>
          (properties.PolicyDocument as { Statement: { Action: string | string[]; Resource: unknown }[] }).Statement,
      );
  const actionsOn = (consumer: string, resource: string) =>
    statementsOf(consumer)
      .filter(({ Resource }) => JSON.stringify(Resource).includes(`"${resource}`))
      .flatMap(({ Action }) => Action)
      .sort();

  it.each([
    ['fulfil-order', 'Orders', ['dynamodb:UpdateItem']],
    ['fulfil-order', 'Claims', ['dynamodb:UpdateItem']],
    ['fulfil-order', 'AuditLog', []],
    ['send-welcome', 'Deliveries', ['dynamodb:UpdateItem']],
    ['send-welcome', 'Orders', []],
    ['audit-log', 'AuditLog', ['dynamodb:PutItem']],
  ])('of %s on %s are %j', (consumer, table, actions) => {
    expect(actionsOn(consumer, table)).toEqual(actions);
  });

  it.each(Object.keys(declaration.consumers))(
    "of %s reach its own two secrets, never another's or the administrator's",
    (consumer) => {
      const secrets = statementsOf(consumer)
        .filter(({ Action }) => [Action].flat().includes('secretsmanager:GetSecretValue'))
        .flatMap(({ Resource }) => Resource as { Ref?: string }[]);
      const user = `TopologyUser${consumer.replaceAll('-', '')}`;
      expect(secrets.map(({ Ref }) => Ref?.slice(0, -8)).sort()).toEqual([user, `${user}mapping`]);
    },
  );

  it('are on everything only where EC2 knows nothing narrower', () => {
    const wide = dev
      .ofType('AWS::IAM::Policy')
      .flatMap(({ properties }) =>
        (properties.PolicyDocument as { Statement: { Action: string[]; Resource: unknown }[] }).Statement.filter(
          ({ Resource }) => Resource === '*',
        ).flatMap(({ Action }) => Action),
      );
    expect(wide.filter((action) => !action.startsWith('ec2:'))).toEqual([]);
  });
});

describe('the topology resource', () => {
  const { properties } = only(dev.ofType('Custom::RabbitMqTopology'));

  it('carries the whole topology in one text, so that no number becomes a string on the way', () => {
    expect(JSON.parse(properties.Topology as string)).toEqual(expandTopology(declaration, { vhost: 'events' }));
  });

  it('changes when the vhost does, and mappings are replaced then', () => {
    const other = synthesized('dev', { vhost: 'other' });
    expect(only(other.ofType('Custom::RabbitMqTopology')).properties.Topology).not.toEqual(properties.Topology);
    const ids = ({ ofType }: typeof dev) =>
      ofType('AWS::Lambda::EventSourceMapping')
        .filter(({ properties }) => properties.Queues)
        .map(({ logicalId }) => logicalId);
    expect(ids(other).filter((id) => ids(dev).includes(id))).toEqual([]);
  });
});

test('the outbox table has the keys, the index and the expiry that the run time writes, and a stream', () => {
  const { partitionKey, sortKey, pendingIndex, timeToLive } = outboxTable;
  const [table] = dev.ofType('AWS::DynamoDB::Table').filter(({ logicalId }) => logicalId.startsWith('Outbox'));
  expect(table?.properties).toMatchObject({
    KeySchema: [
      { AttributeName: partitionKey, KeyType: 'HASH' },
      { AttributeName: sortKey, KeyType: 'RANGE' },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: pendingIndex,
        KeySchema: [
          { AttributeName: partitionKey, KeyType: 'HASH' },
          { AttributeName: pendingIndex, KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    TimeToLiveSpecification: { AttributeName: timeToLive, Enabled: true },
    StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
  });
});

test('the relay may read what waits and note what became of it, and is invoked by the stream for what was added and each minute', () => {
  const policies = dev.ofType('AWS::IAM::Policy').filter(({ logicalId }) => logicalId.startsWith('OutboxRelay'));
  const actions = [...JSON.stringify(policies).matchAll(/dynamodb:(\w+)/g)].map(([, action]) => action).sort();
  expect(actions).toEqual([
    'DescribeStream',
    'GetRecords',
    'GetShardIterator',
    'ListStreams',
    'Query',
    'Scan',
    'UpdateItem',
  ]);
  const [stream] = dev
    .ofType('AWS::Lambda::EventSourceMapping')
    .filter(({ logicalId }) => logicalId.startsWith('Outbox'));
  expect(stream?.properties).toMatchObject({ FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] } });
  expect(only(dev.ofType('AWS::Events::Rule')).properties).toMatchObject({ ScheduleExpression: 'rate(1 minute)' });
});

test('without its relay among the publishers there is no outbox', () => {
  const { 'outbox-relay': _, ...publishers } = declaration.publishers;
  const { resources } = synthesized('dev', { declaration: { ...declaration, publishers } });
  expect(resources.filter(({ logicalId }) => logicalId.startsWith('Outbox'))).toEqual([]);
});

test('the claim table has the key and the expiry that the run time writes', () => {
  const claims = only(dev.ofType('AWS::DynamoDB::Table').filter(({ logicalId }) => logicalId.startsWith('Claims')));
  expect(claims.properties).toMatchObject({
    KeySchema: [{ AttributeName: claimTable.partitionKey, KeyType: 'HASH' }],
    TimeToLiveSpecification: { AttributeName: claimTable.timeToLive, Enabled: true },
    BillingMode: 'PAY_PER_REQUEST',
  });
});

test('nothing has a name of its own unless its service asks for one, so that two environments fit into one account', () => {
  const names = [
    'RoleName',
    'FunctionName',
    'TableName',
    'LogGroupName',
    'TopicName',
    'AlarmName',
    'GroupName',
    'Name',
    'BrokerName',
  ];
  // Theirs is the name of a function, not their own.
  const namingFunctions = ['AWS::Lambda::EventSourceMapping', 'AWS::Lambda::Permission'];
  const named = dev.resources.filter(({ type, properties }) =>
    names.some((name) => !namingFunctions.includes(type) && properties[name] !== undefined),
  );
  expect(named.map(({ type }) => type).sort()).toEqual([
    'AWS::AmazonMQ::Broker',
    'AWS::AmazonMQ::Configuration',
    'AWS::ApiGatewayV2::Api',
    'AWS::Logs::LogGroup',
  ]);
  // The stack's name, with the environment's in it, is part of theirs.
  const logGroup = named.find(({ type }) => type === 'AWS::Logs::LogGroup');
  expect(logGroup?.properties.LogGroupName).toContain('eventsdevprocessing');
});

test('settings for a consumer that is not declared are refused', () => {
  expect(() => synthesized('dev', { consumers: { 'fullfil-order': { batchSize: 10 } } })).toThrow(
    /consumer fullfil-order has settings or a table but is not declared .* declared are fulfil-order, send-welcome, audit-log/,
  );
});

test('a consumer with shards has a mapping for each of its queues', () => {
  const shards = { count: 3, by: { property: 'message_id' } } as const;
  const auditLog = { bindings: [{ exchange: 'events', routingKey: '#' }], shards };
  const { ofType } = synthesized('dev', {
    declaration: { ...declaration, consumers: { ...declaration.consumers, 'audit-log': auditLog } },
  });
  const queues = ofType('AWS::Lambda::EventSourceMapping').flatMap(({ properties }) => properties.Queues ?? []);
  expect(queues).toEqual([
    'fulfil-order',
    'send-welcome',
    'audit-log.shard-0',
    'audit-log.shard-1',
    'audit-log.shard-2',
  ]);
});

test.each(both)('%s consists of this, and of nothing that came in unnoticed', (_, { resources }) => {
  const counts = Map.groupBy(resources, ({ type }) => type);
  expect(Object.fromEntries([...counts].map(([type, found]) => [type, found.length]).sort())).toMatchSnapshot();
});
