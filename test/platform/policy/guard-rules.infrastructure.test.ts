import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest, test } from '@jest/globals';
import { App, CfnResource, Stack } from 'aws-cdk-lib/core';
import { addPolicyChecks } from '../../../lib/platform/policy/checks.ts';
import { projectRoot } from '../../../lib/platform/project-root.ts';
import { cdkContext } from '../stacks/synthesized.ts';

type Properties = Readonly<Record<string, unknown>>;

const broker: Properties = {
  BrokerName: 'b',
  EngineType: 'RABBITMQ',
  EngineVersion: '4.3',
  HostInstanceType: 'mq.m7g.large',
  DeploymentMode: 'SINGLE_INSTANCE',
  PubliclyAccessible: false,
  SubnetIds: ['subnet-0a1b2c3d'],
  SecurityGroups: ['sg-0a1b2c3d'],
  EncryptionOptions: { UseAwsOwnedKey: true },
  AutoMinorVersionUpgrade: true,
  MaintenanceWindowStartTime: { DayOfWeek: 'SUNDAY', TimeOfDay: '03:00', TimeZone: 'UTC' },
  Logs: { General: true },
  Users: [{ Username: 'admin', Password: '{{resolve:secretsmanager:admin:SecretString:password}}' }],
};
const login = { Type: 'BASIC_AUTH', URI: 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:s-a1b2c3' };
const vhost = { Type: 'VIRTUAL_HOST', URI: 'events' };
const mapping: Properties = {
  FunctionName: 'f',
  EventSourceArn: 'arn:aws:mq:eu-west-1:111111111111:broker:b:b-1',
  Queues: ['q'],
  SourceAccessConfigurations: [login, vhost],
};

const folders: string[] = [];
/** CDK prints every finding, and here there are as many as mistakes. */
beforeAll(() => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterAll(() => {
  jest.restoreAllMocks();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

interface Changes {
  readonly broker?: Properties;
  readonly mapping?: Properties;
  readonly alarm?: Properties;
  /** Of the topic that the alarm goes to. */
  readonly statements?: readonly Properties[];
}
const alarm: Properties = {
  AlarmActions: [{ Ref: 'Topic' }],
  ComparisonOperator: 'GreaterThanThreshold',
  EvaluationPeriods: 1,
  MetricName: 'm',
  Namespace: 'n',
  Period: 60,
  Statistic: 'Sum',
  Threshold: 1,
};
const tlsOnly: Properties = {
  Effect: 'Deny',
  Principal: '*',
  Action: 'sns:Publish',
  Resource: { Ref: 'Topic' },
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};
const alarmsMayPublish: Properties = {
  Effect: 'Allow',
  Principal: { Service: 'cloudwatch.amazonaws.com' },
  Action: 'sns:Publish',
  Resource: { Ref: 'Topic' },
};

/** Names of our rules that find something in a template of this broker, this mapping and this alarm. */
const found = (changes: Changes): readonly string[] => {
  const outdir = mkdtempSync(join(tmpdir(), 'guard-'));
  folders.push(outdir);
  const app = new App({ outdir, context: { ...cdkContext(), '@aws-cdk/core:failSynthOnValidationErrors': false } });
  addPolicyChecks(app);
  const stack = new Stack(app, 'planted');
  new CfnResource(stack, 'Broker', {
    type: 'AWS::AmazonMQ::Broker',
    properties: { ...broker, ...changes.broker },
  });
  new CfnResource(stack, 'Mapping', {
    type: 'AWS::Lambda::EventSourceMapping',
    properties: { ...mapping, ...changes.mapping },
  });
  new CfnResource(stack, 'Alarm', { type: 'AWS::CloudWatch::Alarm', properties: { ...alarm, ...changes.alarm } });
  new CfnResource(stack, 'Topic', { type: 'AWS::SNS::Topic' });
  for (const [id, topic, statements] of [
    ['TopicPolicy', 'Topic', changes.statements ?? [tlsOnly, alarmsMayPublish]],
    // Alarms don't go there, so nobody has to let them.
    ['OtherPolicy', 'arn:aws:sns:eu-west-1:111111111111:other', [tlsOnly]],
  ] as const)
    new CfnResource(stack, id, {
      type: 'AWS::SNS::TopicPolicy',
      properties: { Topics: [topic === 'Topic' ? { Ref: topic } : topic], PolicyDocument: { Statement: statements } },
    });
  try {
    app.synth();
  } catch (error) {
    if (!String(error).includes('Validation failed')) throw error;
  }
  const report = readFileSync(join(outdir, 'validation-report.json'), 'utf8');
  return [...new Set(report.match(/\b(?:mq|alarm)_[a-z0-9_]+/g))].sort();
};

const ignored = {
  BisectBatchOnFunctionError: true,
  DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:eu-west-1:111111111111:q' } },
  FunctionResponseTypes: ['ReportBatchItemFailures'],
  LoggingConfig: { SystemLogLevel: 'INFO' },
  MaximumRecordAgeInSeconds: 60,
  MaximumRetryAttempts: 3,
  MetricsConfig: { Metrics: ['EventCount'] },
  ParallelizationFactor: 2,
  ProvisionedPollerConfig: { MinimumPollers: 1 },
  ScalingConfig: { MaximumConcurrency: 2 },
  StartingPosition: 'LATEST',
  Topics: ['t'],
  TumblingWindowInSeconds: 1,
};
const activeMq = {
  StorageType: 'EFS',
  LdapServerMetadata: { Hosts: ['h'] },
  DataReplicationMode: 'CRDR',
  DataReplicationPrimaryBrokerArn: 'arn:aws:mq:eu-west-1:111111111111:broker:b:b-1',
};
const join0 = (...parts: unknown[]) => ({ 'Fn::Join': ['', parts] });

const mistakes: readonly (readonly [string, string, Changes])[] = [
  ['alarm_topic_takes_alarms', 'a topic that lets nobody publish', { statements: [tlsOnly] }],
  [
    'alarm_topic_takes_alarms',
    'a topic that lets another service publish',
    { statements: [tlsOnly, { ...alarmsMayPublish, Principal: { Service: 'events.amazonaws.com' } }] },
  ],
  [
    'alarm_topic_takes_alarms',
    'a topic that lets alarms do something else',
    { statements: [tlsOnly, { ...alarmsMayPublish, Action: 'sns:Subscribe' }] },
  ],
  ['mq_broker_is_private', 'a public broker', { broker: { PubliclyAccessible: true } }],
  ['mq_broker_has_security_groups', 'no security groups', { broker: { SecurityGroups: undefined } }],
  ['mq_broker_states_its_encryption', 'encryption left to chance', { broker: { EncryptionOptions: undefined } }],
  [
    'mq_broker_key_is_used',
    'a key that is not used',
    { broker: { EncryptionOptions: { UseAwsOwnedKey: true, KmsKeyId: 'k' } } },
  ],
  ['mq_broker_is_logged', 'no logs', { broker: { Logs: undefined } }],
  ['mq_broker_is_logged', 'logs switched off', { broker: { Logs: { General: false } } }],
  ['mq_broker_has_no_audit_log', 'an audit log', { broker: { Logs: { General: true, Audit: false } } }],
  [
    'mq_broker_has_one_user',
    'two users',
    { broker: { Users: [(broker.Users as unknown[])[0], (broker.Users as unknown[])[0]] } },
  ],
  ['mq_broker_has_an_administrator', 'no user', { broker: { Users: [] } }],
  [
    'mq_broker_password_is_a_reference',
    'a password in the open',
    { broker: { Users: [{ Username: 'admin', Password: 'twelve-or-more' }] } },
  ],
  [
    'mq_broker_password_is_a_reference',
    'a password put together in the open',
    { broker: { Users: [{ Username: 'admin', Password: join0('twelve-', { Ref: 'AWS::Region' }) }] } },
  ],
  ['mq_broker_is_patched', 'no patches', { broker: { AutoMinorVersionUpgrade: false } }],
  [
    'mq_broker_deployment_is_of_rabbitmq',
    "ActiveMQ's deployment",
    { broker: { DeploymentMode: 'ACTIVE_STANDBY_MULTI_AZ' } },
  ],
  ['mq_broker_4_runs_on_m7g', 'an older family', { broker: { HostInstanceType: 'mq.m5.large' } }],
  [
    'mq_broker_states_its_maintenance_window',
    'no maintenance window',
    { broker: { MaintenanceWindowStartTime: undefined } },
  ],
  ...Object.entries(activeMq).map(
    ([name, value]) => ['mq_broker_has_no_settings_of_activemq', name, { broker: { [name]: value } }] as const,
  ),
  ['mq_mapping_reads_one_queue', 'two queues', { mapping: { Queues: ['q', 'r'] } }],
  ['mq_mapping_logs_in', 'no password', { mapping: { SourceAccessConfigurations: [vhost] } }],
  ['mq_mapping_names_its_vhost', 'no vhost', { mapping: { SourceAccessConfigurations: [login] } }],
  ...Object.entries(ignored).map(
    ([name, value]) => ['mq_mapping_has_no_settings_that_are_ignored', name, { mapping: { [name]: value } }] as const,
  ),
];

describe('a planted mistake is found by its rule and by no other', () => {
  it.each(mistakes)(
    '%s: %s',
    (rule, _, changes) => {
      expect(found(changes)).toEqual([rule]);
    },
    60_000,
  );
});

test('no rule is left without a mistake that shows that it bites', () => {
  const rules = ['amazonmq.guard', 'alarms.guard'].flatMap((file) => [
    ...readFileSync(join(projectRoot, 'lib/platform/policy', file), 'utf8').matchAll(/^rule (\w+)/gm),
  ]);
  expect([...new Set(mistakes.map(([rule]) => rule))].sort()).toEqual(rules.map(([, rule]) => rule).sort());
});

test.each<[string, Parameters<typeof found>[0]]>([
  ['the broker, mapping and alarm without a mistake', {}],
  ['an alarm that is there for a canary release and goes nowhere', { alarm: { AlarmActions: undefined } }],
  ['RabbitMQ 3.13 on its own family', { broker: { EngineVersion: '3.13', HostInstanceType: 'mq.m5.large' } }],
  ['a key that is used', { broker: { EncryptionOptions: { UseAwsOwnedKey: false, KmsKeyId: 'k' } } }],
  [
    'a password by reference that CDK put together',
    {
      broker: {
        Users: [
          {
            Username: 'admin',
            Password: join0('{{resolve:secretsmanager:', { Ref: 'AWS::StackId' }, ':SecretString:password::}}'),
          },
        ],
      },
    },
  ],
  [
    'an ActiveMQ broker and a mapping of SQS, which are no business of these rules',
    {
      broker: { EngineType: 'ACTIVEMQ', EngineVersion: '5.18', Logs: { Audit: true }, StorageType: 'EFS' },
      mapping: { Queues: undefined, ScalingConfig: { MaximumConcurrency: 2 }, SourceAccessConfigurations: undefined },
    },
  ],
])(
  '%s passes',
  (_, changes) => {
    expect(found(changes)).toEqual([]);
  },
  60_000,
);
