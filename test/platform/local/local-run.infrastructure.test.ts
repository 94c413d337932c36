import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Template, TemplateValue } from '../../../lib/platform/local/assembly/template.ts';
import type { LocalRunEvent } from '../../../lib/platform/local/events.ts';
import { startLocalRun } from '../../../lib/platform/local/local-run.ts';
import { functionResources, writeAssembly } from './tiny-assembly.ts';

jest.setTimeout(30_000);
const made: string[] = [];
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true });
});

/** Runs an assembly without a broker, which cannot succeed, and returns the error and what happened until then. */
const run = async (
  template: Template,
  others: Readonly<Record<string, Template>> = {},
): Promise<{ message: string; events: LocalRunEvent[] }> => {
  const assembly = writeAssembly(template, others);
  const directory = mkdtempSync(join(tmpdir(), 'local-run-'));
  made.push(assembly, directory);
  const events: LocalRunEvent[] = [];
  const error: Error = await startLocalRun({ assembly, directory, onEvent: (event) => events.push(event) }).then(
    async (started) => {
      await started.stop();
      throw new Error('it started without a broker');
    },
    (reason) => reason,
  );
  expect(existsSync(join(directory, 'run.lock'))).toBe(false);
  return { message: error.message, events };
};

const custom = (answer: string, more: Record<string, string | number | boolean> = {}): Template => ({
  Resources: {
    ...functionResources('custom-resource.handler'),
    Thing: {
      Type: 'Custom::Thing',
      Properties: { ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] }, Answer: answer, ...more },
    },
    // What the custom resource answered reaches others: here, the name of a log group.
    Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: { 'Fn::GetAtt': ['Thing', 'Seen'] } } },
  },
});

describe('a local run refuses', () => {
  it('a folder without an assembly', async () => {
    await expect(startLocalRun({ assembly: '/nonexistent', directory: tmpdir() })).rejects.toThrow(
      /manifest.json does not exist; synthesize first/,
    );
  });

  it('a mapping of a queue with a property that would change what happens, naming it', async () => {
    const { message } = await run({
      Resources: {
        Mapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: { FunctionName: 'f', Queues: ['q'], FunctionResponseTypes: ['ReportBatchItemFailures'] },
        },
      },
    });
    expect(message).toContain(
      'Mapping (AWS::Lambda::EventSourceMapping) in stack tiny: FunctionResponseTypes has no effect on this machine',
    );
  });

  it('a value beyond Lambda’s limits', async () => {
    const { message } = await run({ Resources: functionResources('index.handler', { Timeout: 901 }) });
    expect(message).toContain('Timeout is 901; Lambda takes 1 to 900');
  });

  it('a reference to something that is not there', async () => {
    const { message } = await run({
      Resources: { Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: { Ref: 'Nothing' } } } },
    });
    expect(message).toContain('Group (AWS::Logs::LogGroup) in stack tiny: Ref to Nothing');
  });

  it('an assembly without a broker, after having made all the rest', async () => {
    const { message, events } = await run({
      Resources: {
        Table: {
          Type: 'AWS::DynamoDB::Table',
          Properties: {
            KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
            AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
            TimeToLiveSpecification: { AttributeName: 'expiry', Enabled: true },
          },
        },
        Secret: {
          Type: 'AWS::SecretsManager::Secret',
          Properties: {
            GenerateSecretString: { SecretStringTemplate: '{"username":"u"}', GenerateStringKey: 'password' },
          },
        },
      },
    });
    expect(message).toMatch(/has no AWS::AmazonMQ::Broker/);
    expect(events.filter(({ type }) => type === 'resource')).toHaveLength(2);
  });
});

/** What a run leaves out: logical ids with reasons. */
const leftOutOf = async (
  template: Template,
  others?: Readonly<Record<string, Template>>,
): Promise<Record<string, string>> => {
  const { message, events } = await run(template, others);
  expect(message).toMatch(/has no AWS::AmazonMQ::Broker/);
  const resources = events.flatMap((event) => (event.type === 'left-out' ? event.resources : []));
  return Object.fromEntries(resources.map(({ logicalId, reason }) => [logicalId, reason]));
};

const inbox = {
  Inbox: { Type: 'AWS::SQS::Queue' },
  Why: 'Inbox (AWS::SQS::Queue) in stack tiny: nothing on this machine stands in for resources of type AWS::SQS::Queue',
};

describe('a local run leaves out', () => {
  it('what this machine cannot run, with its reason, and makes the rest', async () => {
    const site = { Type: 'AWS::S3::Bucket', Properties: { WebsiteConfiguration: { IndexDocument: 'index.html' } } };
    const admin = 'arn:aws:iam::aws:policy/AdministratorAccess';
    expect(
      await leftOutOf({
        Parameters: { Image: { Type: 'String' } },
        Resources: {
          Inbox: inbox.Inbox,
          Site: site,
          Admin: { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns: [admin] } },
          Named: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: { Ref: 'Image' } } },
          Group: { Type: 'AWS::Logs::LogGroup' },
          // It has neither handler nor runtime.
          Packed: { Type: 'AWS::Lambda::Function', Properties: { PackageType: 'Image', Code: { ImageUri: 'shop' } } },
          ...functionResources('index.handler', { Runtime: 'python3.13' }),
        },
      }),
    ).toEqual({
      Inbox: inbox.Why,
      Site: expect.stringContaining('Site (AWS::S3::Bucket) in stack tiny: WebsiteConfiguration has no effect on this'),
      Admin: expect.stringContaining(`what the managed policy ${admin} permits is not known`),
      Named: expect.stringContaining('parameter Image of stack tiny has no default'),
      Packed: expect.stringContaining('inline code and container images are not run here'),
      Function: expect.stringContaining('runtime python3.13; only Node.js runs here'),
    });
  });

  it('what needs it, down to the outputs', async () => {
    const target = { Id: 'inbox', Arn: { 'Fn::GetAtt': ['Inbox', 'Arn'] } };
    const rule = { ScheduleExpression: 'rate(1 minute)', Targets: [target] };
    expect(
      await leftOutOf({
        Resources: {
          Inbox: inbox.Inbox,
          Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { Dimensions: [{ Value: { Ref: 'Inbox' } }] } },
          Dashboard: { Type: 'AWS::CloudWatch::Dashboard', DependsOn: 'Alarm' },
          Poll: { Type: 'AWS::Lambda::EventSourceMapping', Properties: { EventSourceArn: target.Arn } },
          Rule: { Type: 'AWS::Events::Rule', Properties: rule },
        },
        Outputs: { InboxUrl: { Value: { Ref: 'Inbox' }, Export: { Name: 'inbox' } } },
      }),
    ).toEqual({
      Inbox: inbox.Why,
      Alarm: `Alarm (AWS::CloudWatch::Alarm) in stack tiny needs ${inbox.Why}`,
      Dashboard: `Dashboard (AWS::CloudWatch::Dashboard) in stack tiny needs Alarm (AWS::CloudWatch::Alarm) in stack tiny needs ${inbox.Why}`,
      Poll: `Poll (AWS::Lambda::EventSourceMapping) in stack tiny needs ${inbox.Why}`,
      Rule: `Rule (AWS::Events::Rule) in stack tiny needs ${inbox.Why}`,
    });
  });

  it('what needs it in another stack, by an export or an output', async () => {
    const alarm = (value: TemplateValue) => ({
      Type: 'AWS::CloudWatch::Alarm',
      Properties: { Dimensions: [{ Name: 'queue', Value: value }] },
    });
    const name = (stack: string, logicalId: string) => `${logicalId} (AWS::CloudWatch::Alarm) in stack ${stack}`;
    expect(
      await leftOutOf(
        {
          Resources: { Inbox: inbox.Inbox },
          Outputs: { InboxName: { Value: { 'Fn::GetAtt': ['Inbox', 'QueueName'] }, Export: { Name: 'inbox' } } },
        },
        {
          other: {
            Resources: {
              Imports: alarm({ 'Fn::ImportValue': 'inbox' }),
              Reads: alarm({ 'Fn::GetStackOutput': { StackName: 'tiny', OutputName: 'InboxName' } }),
              Group: { Type: 'AWS::Logs::LogGroup' },
            },
          },
        },
      ),
    ).toEqual({
      Inbox: inbox.Why,
      Imports: `${name('other', 'Imports')} needs ${inbox.Why}`,
      Reads: `${name('other', 'Reads')} needs ${inbox.Why}`,
    });
  });

  it('nothing that mentions it only where that has no effect here: a function runs without its queue for failed events', async () => {
    const queueArn = { 'Fn::GetAtt': ['Inbox', 'Arn'] };
    const { Role: role, Function: handler } = functionResources('index.handler');
    expect(
      await leftOutOf({
        Resources: {
          Inbox: inbox.Inbox,
          ...(role && { Role: role }),
          ...(handler && {
            Function: { ...handler, Properties: { ...handler.Properties, DeadLetterConfig: { TargetArn: queueArn } } },
          }),
        },
      }),
    ).toEqual({ Inbox: inbox.Why });
  });

  it("nothing of CDK's own that has no effect here, whose functions could not even answer", async () => {
    const ServiceToken = { 'Fn::GetAtt': ['Function', 'Arn'] };
    expect(
      await leftOutOf({
        Resources: {
          ...functionResources('broken.handler'),
          Emptied: { Type: 'Custom::S3AutoDeleteObjects', Properties: { ServiceToken } },
          Group: { Type: 'AWS::Logs::LogGroup', DependsOn: 'Emptied' },
        },
      }),
    ).toEqual({});
  });

  it('a function that could not run here anyway, whatever it needs', async () => {
    const { Role: role, Function: handler } = functionResources('index.handler', { Runtime: 'python3.13' });
    expect(
      await leftOutOf({
        Resources: {
          Inbox: inbox.Inbox,
          ...(role && { Role: role }),
          ...(handler && { Function: { ...handler, DependsOn: ['Inbox'] } }),
        },
      }),
    ).toEqual({ Inbox: inbox.Why, Function: `Function (AWS::Lambda::Function) in stack tiny needs ${inbox.Why}` });
  });

  it('nothing that a function needs which would run without it: the error names both', async () => {
    const { Role: role, Function: handler } = functionResources('index.handler');
    const { message } = await run({
      Resources: {
        Inbox: inbox.Inbox,
        ...(role && { Role: role }),
        Policy: {
          Type: 'AWS::IAM::Policy',
          Properties: {
            Roles: [{ Ref: 'Role' }],
            PolicyDocument: { Statement: [{ Resource: { 'Fn::GetAtt': ['Inbox', 'Arn'] } }] },
          },
        },
        ...(handler && { Function: { ...handler, DependsOn: ['Policy'] } }),
      },
    });
    expect(message).toBe(
      `Function (AWS::Lambda::Function) in stack tiny needs Policy (AWS::IAM::Policy) in stack tiny needs ${inbox.Why}`,
    );
  });

  it('no function that a mapping of a queue hands its messages to', async () => {
    const { message } = await run({
      Resources: {
        ...functionResources('index.handler', { PackageType: 'Image', Runtime: 'python3.13' }),
        Mapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: { FunctionName: { Ref: 'Function' }, Queues: ['q'] },
        },
      },
    });
    expect(message).toContain(
      'Mapping (AWS::Lambda::EventSourceMapping) in stack tiny needs Function (AWS::Lambda::Function)',
    );
    expect(message).toContain('only Node.js runs here');
  });
});

describe('a custom resource', () => {
  it('gets numbers and booleans as strings, and its answer reaches other resources', async () => {
    const { message, events } = await run(custom('SUCCESS', { count: 3, on: true }));
    expect(message).toMatch(/has no AWS::AmazonMQ::Broker/);
    expect(events).toContainEqual(expect.objectContaining({ type: 'resource', logicalId: 'Group' }));
  });

  it('that fails shows its reason', async () => {
    expect((await run(custom('FAILED'))).message).toBe('Thing (Custom::Thing) in stack tiny failed: the vhost is full');
  });

  it('whose function fails does not wait for an answer', async () => {
    expect((await run(custom('throw'))).message).toContain('Error: the provider broke');
  });

  it('that never answers is given up after its timeout', async () => {
    expect((await run(custom('silence', { ServiceTimeout: 1 }))).message).toContain('no answer from tiny-Function');
  });
});
