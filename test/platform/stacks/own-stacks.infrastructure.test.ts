import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, FargateService, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { App, Stack } from 'aws-cdk-lib/core';
import type { Environment } from '../../../lib/platform/config/environment.ts';
import { selectEnvironment } from '../../../lib/platform/config/select-environment.ts';
import { buildApplication } from '../../../lib/platform/stacks/application.ts';
import type { AddStacks, Platform } from '../../../lib/platform/stacks/own-stacks.ts';
import type { app as application } from '../application/app.ts';
import { functionsFolder, project } from '../application/project.ts';
import { addStacks as addShop } from '../application/stacks.ts';
import { cdkContext } from './synthesized.ts';
import { variants } from './variants.ts';

const dev = selectEnvironment(project.environments, { env: 'dev' });

/** The application with stacks of somebody's own. */
const built = (addStacks: AddStacks<typeof application>, environment: Environment = dev) => {
  const app = new App({
    context: { ...cdkContext(), 'aws:cdk:bundling-stacks': [] },
    builtinCloudFormationValidation: false,
  });
  buildApplication(app, { application: project.app, environment, functionsFolder, addStacks });
  return app;
};
const stackOf = (app: App, name: string): Template => Template.fromStack(app.node.findChild(name) as Stack);
const connections = (app: App): string =>
  Object.values(stackOf(app, 'things-dev-processing').findOutputs('BrokerConnections'))[0]?.Value;

/** A service without anything of its own. */
const serviceIn = (
  { app, vpc, subnets, stackName }: Platform,
  change: { group?: boolean; container?: boolean } = {},
) => {
  const stack = new Stack(app, stackName('shop'));
  const taskDefinition = new FargateTaskDefinition(stack, 'Task');
  if (change.container !== false)
    taskDefinition.addContainer('shop', { image: ContainerImage.fromRegistry('registry.example/shop') });
  return new FargateService(stack, 'Service', {
    cluster: new Cluster(stack, 'Cluster', { vpc }),
    taskDefinition,
    vpcSubnets: subnets,
    minHealthyPercent: 100,
    circuitBreaker: { rollback: true },
    ...(change.group && {
      securityGroups: [new SecurityGroup(stack, 'Group', { vpc, allowAllOutbound: false })],
    }),
  });
};

describe('a service that publishes', () => {
  const app = built(addShop);
  const shop = stackOf(app, 'things-dev-shop');

  it('knows where the broker is and where its password, and not the password', () => {
    const [container] = Object.values(shop.findResources('AWS::ECS::TaskDefinition')).flatMap(
      ({ Properties }) => Properties.ContainerDefinitions,
    );
    expect(container.Environment.map(({ Name }: { Name: string }) => Name)).toEqual([
      'BROKER_ENDPOINTS',
      'BROKER_SECRET_ARN',
      'BROKER_VHOST',
    ]);
    expect(container.Secrets).toBeUndefined();
    expect(JSON.stringify(shop.toJSON())).not.toContain('{{resolve:');
  });

  it('may read its own secret in its task role, and do nothing else', () => {
    const policies = Object.values(shop.findResources('AWS::IAM::Policy'));
    const ofTask = policies.filter(({ Properties }) => JSON.stringify(Properties.Roles).includes('TaskTaskRole'));
    const statements = ofTask.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    expect(statements).toEqual([
      {
        Effect: 'Allow',
        Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
        Resource: {
          'Fn::GetStackOutput': expect.objectContaining({
            OutputName: expect.stringMatching(/^PublishOutputRefTopologyUsershop/),
          }),
        },
      },
    ]);
  });

  it('may reach the broker, by a rule of its own stack', () => {
    shop.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    shop.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: 5671,
      ToPort: 5671,
      GroupId: { 'Fn::GetStackOutput': Match.objectLike({ StackName: 'things-dev-broker' }) },
      SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ServiceSecurityGroup'), 'GroupId'] },
    });
  });

  it('is deployed after the topology that has its user', () => {
    const dependencies = (app.node.findChild('things-dev-shop') as Stack).dependencies.map(
      ({ stackName }) => stackName,
    );
    expect(dependencies).toContain('things-dev-processing');
  });

  it('counts in the budget of connections with all its tasks, and one that no stack runs is shown as unknown', () => {
    expect(connections(app)).toContain('publisher shop in things-dev-shop/Service 4');
    expect(connections(built(() => undefined))).toMatch(/; without a limit of their own: .*publisher shop$/);
    expect(() =>
      built((platform) =>
        platform.publisher('shop').connectService(serviceIn(platform), { tasks: 32, connectionsPerTask: 3 }),
      ).synth(),
    ).toThrow(/may open 102 connections; the broker takes 100 .*publisher shop in things-dev-shop\/Service 96/);
  });

  it('has an image that is nothing but its bundle, and no Docker is needed to synthesize it', () => {
    const { directory } = built(addShop).synth();
    const manifest = JSON.parse(readFileSync(join(directory, 'things-dev-shop.assets.json'), 'utf8'));
    const [image] = Object.values<{ source: { directory: string; platform: string } }>(manifest.dockerImages);
    expect(image?.source.platform).toBe('linux/arm64');
    expect(existsSync(join(directory, image?.source.directory ?? '', 'Dockerfile'))).toBe(true);
  });
});

describe('connectService', () => {
  it('opens what a closed security group needs, and no more', () => {
    const app = built(
      (platform) => platform.publisher('shop').connectService(serviceIn(platform, { group: true }), { tasks: 1 }),
      variants['dev with endpoints'],
    );
    const shop = stackOf(app, 'things-dev-shop');
    const ports = (type: string) =>
      Object.values(shop.findResources(type)).map(({ Properties }) => Properties.FromPort);
    expect(ports('AWS::EC2::SecurityGroupEgress').sort()).toEqual([443, 5671]);
    expect(ports('AWS::EC2::SecurityGroupIngress').sort()).toEqual([443, 5671]);
  });

  it.each([
    [{ tasks: 0 }, 'tasks is 0; it must be a whole number above 0'],
    [{ tasks: 1.5 }, 'tasks is 1.5;'],
    [{ tasks: 1, connectionsPerTask: -1 }, 'connectionsPerTask is -1;'],
  ])('refuses %j', (counts, problem) => {
    expect(() => built((platform) => platform.publisher('shop').connectService(serviceIn(platform), counts))).toThrow(
      `things-dev-shop/Service: ${problem}`,
    );
  });

  it('refuses a task definition that has no container yet', () => {
    expect(() =>
      built((platform) =>
        platform.publisher('shop').connectService(serviceIn(platform, { container: false }), { tasks: 1 }),
      ),
    ).toThrow('things-dev-shop/Service: its task definition has no container yet; add one before connectService');
  });
});

describe('a stack of your own', () => {
  it('can let anything publish that has a role and a security group', () => {
    const app = built((platform) => {
      const stack = new Stack(platform.app, platform.stackName('cron'));
      const handler = new LambdaFunction(stack, 'Cron', {
        runtime: Runtime.PYTHON_3_13,
        handler: 'index.handler',
        code: Code.fromInline('def handler(event, context): pass'),
        vpc: platform.vpc,
        vpcSubnets: platform.subnets,
        environment: { ...platform.publisher('shop').variables },
      });
      platform.publisher('shop').connect(handler, { connections: 7 });
    });
    expect(connections(app)).toContain('publisher shop in things-dev-cron/Cron 7');
    const cron = stackOf(app, 'things-dev-cron');
    cron.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 5671 });
    cron.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'] }),
        ]),
      },
    });
  });

  it('gets the tables, the bucket and the outbox of the application', () => {
    built(({ table, claimCheckBucket, outboxTable }) => {
      expect([table('Things').tableName, claimCheckBucket.bucketName, outboxTable?.tableName]).toEqual(
        Array(3).fill(expect.any(String)),
      );
    });
  });

  it('is told what lib/app.ts has, where it asks for something else', () => {
    // @ts-expect-error
    expect(() => built(({ publisher }) => publisher('shopp'))).toThrow(
      "lib/stacks.ts: publisher 'shopp' is not in lib/app.ts, which has shop",
    );
    // @ts-expect-error
    expect(() => built(({ table }) => table('Thing'))).toThrow(
      "lib/stacks.ts: table 'Thing' is not in lib/app.ts, which has Things, Notes, Log",
    );
  });
});
