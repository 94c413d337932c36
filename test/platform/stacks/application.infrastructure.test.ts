import { describe, expect, it, test } from '@jest/globals';
import { topologyOf } from '../../../lib/platform/declaration/topology-of.ts';
import { expandTopology } from '../../../lib/platform/topology/expand.ts';
import { app } from '../application/app.ts';
import { type Resource, synthesized } from './synthesized.ts';
import { variants } from './variants.ts';

const declaration = topologyOf(app);

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
      ({ type, deletionPolicy }) => data.includes(type) && deletionPolicy !== 'RetainExceptOnCreate',
    );
    expect(lost.map(({ logicalId }) => logicalId)).toEqual([]);
    expect(prod.stacks.every(({ terminationProtection }) => terminationProtection)).toBe(true);
  });

  test('a first deployment that fails leaves nothing behind, not even in prod', () => {
    const orphans = prod.resources.filter(({ deletionPolicy }) => deletionPolicy === 'Retain');
    expect(orphans.map(({ logicalId }) => logicalId)).toEqual([]);
    const isProtected = ({ ofType }: typeof prod) =>
      new Set(ofType('AWS::DynamoDB::Table').map(({ properties }) => properties.DeletionProtectionEnabled));
    expect(isProtected(prod)).toEqual(new Set([false]));
    const settled = synthesized('prod', { data: { ...prod.environment.data, deletionProtection: true } });
    expect(isProtected(settled)).toEqual(new Set([true]));
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

/** Mappings that read from the broker, not the one of the outbox's stream. */
const queueMappings = ({ ofType }: Pick<typeof dev, 'ofType'>): readonly Resource[] =>
  ofType('AWS::Lambda::EventSourceMapping').filter(({ properties }) => properties.Queues !== undefined);

describe.each(both)('mappings in %s', (_, { ofType, resources }) => {
  const mappings = queueMappings({ ofType });

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

describe.each(both)('the deletion of mappings in %s', (_, { ofType, resources }) => {
  const deletions = ofType('Custom::MappingDeletion');

  it('is one function for all of them', () => {
    expect(deletions).toHaveLength(queueMappings({ ofType }).length);
    expect(new Set(deletions.map(({ properties }) => JSON.stringify(properties.ServiceToken))).size).toBe(1);
  });

  it('comes before that of the mapping, of its role and of the permissions to delete it', () => {
    for (const { properties, dependsOn } of deletions) {
      const { 'Fn::GetAtt': mapping = [] } = properties.MappingId as { 'Fn::GetAtt'?: string[] };
      const found = only(queueMappings({ ofType }).filter(({ logicalId }) => logicalId === mapping[0]));
      // Whatever is depended on is deleted later: the deletion's own policy, the mapping by reference and, by way of the mapping, the role.
      const policies = resources.filter(
        ({ type, logicalId }) => type === 'AWS::IAM::Policy' && dependsOn.includes(logicalId),
      );
      expect(JSON.stringify(policies)).toContain('lambda:DeleteEventSourceMapping');
      // By way of an alias, where there is one.
      const functionOf = ({ properties }: Resource): Resource => {
        const name = JSON.stringify(properties.FunctionName);
        const named = only(resources.filter(({ logicalId }) => name.includes(`"${logicalId}"`)));
        return named.type === 'AWS::Lambda::Function' ? named : functionOf(named);
      };
      const target = functionOf(found);
      expect(found.dependsOn).toContain((target.properties.Role as { 'Fn::GetAtt': string[] })['Fn::GetAtt'][0]);
    }
  });
});

describe('a network with endpoints in place of NAT', () => {
  const { ofType } = synthesized('dev', variants['dev with endpoints']);
  const endpoints = ofType('AWS::EC2::VPCEndpoint').filter(
    ({ properties }) => properties.VpcEndpointType === 'Interface',
  );
  const named = (service: string) =>
    only(endpoints.filter(({ properties }) => JSON.stringify(properties.ServiceName).includes(`.${service}"`)));
  const statements = (service: string) =>
    (named(service).properties.PolicyDocument as { Statement: Record<string, unknown>[] }).Statement;

  it('has no way to the internet', () => {
    for (const type of ['AWS::EC2::NatGateway', 'AWS::EC2::InternetGateway', 'AWS::EC2::Route']) {
      expect(ofType(type)).toEqual([]);
    }
  });

  it('has the endpoints that mappings need, with policies that let Lambda in on every resource', () => {
    const lambda = { Service: 'lambda.amazonaws.com' };
    expect(statements('sts')).toEqual([
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: lambda, Resource: '*' },
    ]);
    expect(statements('lambda')).toContainEqual({
      Effect: 'Allow',
      Action: 'lambda:InvokeFunction',
      Principal: lambda,
      Resource: '*',
    });
    const own = { StringEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } } };
    expect(statements('secretsmanager')).toEqual([
      { Effect: 'Allow', Action: 'secretsmanager:*', Principal: { AWS: '*' }, Resource: '*', Condition: own },
    ]);
    expect(statements('monitoring')).toMatchObject([{ Action: 'cloudwatch:*', Condition: own }]);
  });

  it('admits broker, clients and management to the endpoints, and nobody else', () => {
    const group = JSON.stringify(ofType('AWS::EC2::SecurityGroupIngress').map(({ properties }) => properties.GroupId));
    expect(group.match(/Endpoints/g)).toHaveLength(3);
    for (const { properties } of ofType('AWS::EC2::SecurityGroup'))
      expect(properties.SecurityGroupIngress).toBeUndefined();
  });

  it('has the same functions and mappings', () => {
    for (const type of ['AWS::Lambda::Function', 'AWS::Lambda::EventSourceMapping']) {
      expect(ofType(type)).toHaveLength(dev.ofType(type).length);
    }
  });
});

describe('a network that exists', () => {
  const { ofType, stacks } = synthesized('prod', variants['prod in an existing network']);

  it('is used and not changed', () => {
    expect(ofType('AWS::EC2::VPC')).toEqual([]);
    expect(ofType('AWS::EC2::Subnet')).toEqual([]);
    expect(stacks.map(({ stackName }) => stackName)).toEqual([
      'things-prod-broker',
      'things-prod-processing',
      'things-prod-monitoring',
    ]);
    expect(only(ofType('AWS::AmazonMQ::Broker')).properties.SubnetIds).toEqual([
      'subnet-0a1b2c3d4e5f60711',
      'subnet-0a1b2c3d4e5f60712',
      'subnet-0a1b2c3d4e5f60713',
    ]);
    const inVpc = ofType('AWS::Lambda::Function').filter(({ properties }) => properties.VpcConfig !== undefined);
    expect(inVpc.length).toBeGreaterThan(3);
    for (const { properties } of inVpc) {
      expect((properties.VpcConfig as { SubnetIds: unknown }).SubnetIds).toHaveLength(3);
    }
  });

  it('lets functions and mappings through to its endpoints, if it names their security group', () => {
    const rules = ofType('AWS::EC2::SecurityGroupIngress').filter(
      ({ properties }) => properties.GroupId === 'sg-0a1b2c3d4e5f60711',
    );
    expect(rules.map(({ properties }) => [properties.FromPort, properties.Description])).toEqual([
      [443, 'AWS services, from broker'],
      [443, 'AWS services, from clients'],
      [443, 'AWS services, from management'],
    ]);
  });

  it('has a broker encrypted with a key of its own, which stays with it', () => {
    const key = only(ofType('AWS::KMS::Key'));
    expect(key).toMatchObject({ deletionPolicy: 'RetainExceptOnCreate', properties: { EnableKeyRotation: true } });
    expect(only(ofType('AWS::AmazonMQ::Broker')).properties.EncryptionOptions).toEqual({
      UseAwsOwnedKey: false,
      KmsKeyId: { 'Fn::GetAtt': [key.logicalId, 'Arn'] },
    });
  });
});

test('a consumer with a filter has it in its mapping, for the body only, with the key that encrypts it', () => {
  const keyArn = 'arn:aws:kms:eu-west-1:111111111111:key/0a1b2c3d';
  const { ofType } = synthesized('dev', {
    consumers: { 'log-all': { filter: { unmatched: 'deleted', patterns: [{ country: ['AT'] }], keyArn } } },
  });
  const [filtered, ...others] = queueMappings({ ofType }).filter(
    ({ properties }) => properties.FilterCriteria !== undefined,
  );
  expect(others).toEqual([]);
  expect(filtered?.properties).toMatchObject({
    Queues: ['log-all'],
    FilterCriteria: { Filters: [{ Pattern: '{"data":{"country":["AT"]}}' }] },
    KmsKeyArn: keyArn,
  });
});

describe('the connections to the broker', () => {
  const described = ({ templates }: typeof dev) =>
    templates.flatMap(({ Outputs = {} }) =>
      Outputs.BrokerConnections ? [Outputs.BrokerConnections.Value as string] : [],
    );

  it('are shown: of every mapping and of every function that may connect', () => {
    const [line, ...others] = described(dev);
    expect(others).toEqual([]);
    expect(line).toMatch(/^\d+ of 100 connections: /);
    for (const name of Object.keys(declaration.consumers)) {
      expect(line).toContain(`mapping of ${name} 1`);
      expect(line).toContain(`function ${name} 1`);
    }
    // It speaks with the management API only.
    expect(line).not.toContain('function topology');
  });

  it('must not be more than the broker takes', () => {
    const { broker } = dev.environment;
    const few = { ...broker, configuration: { ...broker.configuration, maxConnectionsPerNode: 5 } };
    expect(() => synthesized('dev', { broker: few })).toThrow(/may open \d+ connections; the broker takes 5 /);
  });
});

test('a topology with more queues than the broker takes is refused', () => {
  const { broker } = dev.environment;
  const few = { ...broker, configuration: { ...broker.configuration, maxQueues: 20 } };
  expect(() => synthesized('dev', { broker: few })).toThrow(
    /the topology has \d+ queues; the broker takes 20: raise broker.configuration.maxQueues or take a larger broker.instanceType/,
  );
});

describe.each(both)('functions in %s', (_, { ofType }) => {
  it('run on Node 24 for at most 14 minutes, inside the VPC', () => {
    const functions = ofType('AWS::Lambda::Function').filter(
      ({ logicalId }) => !logicalId.startsWith('MappingDeletion'),
    );
    for (const { properties } of functions) {
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
    ['keep-thing', 'Things', ['dynamodb:UpdateItem']],
    ['keep-thing', 'Claims', ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem']],
    ['keep-thing', 'Log', []],
    ['send-note', 'Notes', ['dynamodb:UpdateItem']],
    ['send-note', 'Things', []],
    ['log-all', 'Log', ['dynamodb:PutItem']],
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

  it('are on everything only where AWS knows nothing narrower', () => {
    const wide = dev
      .ofType('AWS::IAM::Policy')
      .flatMap(({ properties }) =>
        (properties.PolicyDocument as { Statement: { Action: string[]; Resource: unknown }[] }).Statement.filter(
          ({ Resource }) => Resource === '*',
        ).flatMap(({ Action }) => Action),
      );
    const unavoidable = ['lambda:ListEventSourceMappings'];
    expect(wide.filter((action) => !action.startsWith('ec2:') && !unavoidable.includes(action))).toEqual([]);
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
    const ids = (assembly: typeof dev) => queueMappings(assembly).map(({ logicalId }) => logicalId);
    expect(ids(other).filter((id) => ids(dev).includes(id))).toEqual([]);
  });
});

test('the claim table keeps its key: another one would replace the table', () => {
  const claims = only(dev.ofType('AWS::DynamoDB::Table').filter(({ logicalId }) => logicalId.startsWith('Claims')));
  expect(claims.properties).toMatchObject({
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    TimeToLiveSpecification: { AttributeName: 'expiry', Enabled: true },
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
  expect(logGroup?.properties.LogGroupName).toContain('thingsdevprocessing');
});

test('settings for a consumer that is not declared are refused', () => {
  expect(() => synthesized('dev', { consumers: { 'kep-thing': { batchSize: 10 } } })).toThrow(
    /consumer kep-thing has settings but is not in lib\/app.ts, which has keep-thing, send-note, log-all/,
  );
});

test('a consumer with shards has a mapping for each of its queues, those from before included', () => {
  const shards = { count: 3, by: { property: 'message_id' } } as const;
  const logAll = { ...app.consumers['log-all'], shards, formerQueues: ['log-all'] };
  const { ofType } = synthesized('dev', {
    application: { ...app, consumers: { ...app.consumers, 'log-all': logAll } },
  });
  const queues = queueMappings({ ofType }).flatMap(({ properties }) => properties.Queues);
  expect(queues).toEqual([
    'keep-thing',
    'send-note',
    'log-all.shard-0',
    'log-all.shard-1',
    'log-all.shard-2',
    'log-all',
  ]);
});

const snapshots = [
  ...both,
  ['local', synthesized('local')],
  ...Object.entries(variants).map(([name, variant]) => [name, synthesized(variant.name, variant)] as const),
] as const;

test.each(snapshots)('%s consists of this, and of nothing that came in unnoticed', (_, { resources }) => {
  const counts = Map.groupBy(resources, ({ type }) => type);
  expect(Object.fromEntries([...counts].map(([type, found]) => [type, found.length]).sort())).toMatchSnapshot();
});
