import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../../lib/platform/project-root.ts';
import { startMqStandIn } from '../../operations/broker-health/stand-in.ts';

const broker = {
  brokerName: 'thingsdevbroker-Broker-93610B63',
  engineType: 'RABBITMQ',
  engineVersion: '4.2.10',
  hostInstanceType: 'mq.m7g.medium',
  deploymentMode: 'SINGLE_INSTANCE',
  autoMinorVersionUpgrade: true,
  publiclyAccessible: false,
  storageType: 'EBS',
  authenticationStrategy: 'SIMPLE',
  encryptionOptions: { useAwsOwnedKey: true },
  subnetIds: ['subnet-1'],
  logs: { general: true, generalLogGroup: 'g' },
  brokerInstances: [
    {
      endpoints: ['amqps://b-1.mq.eu-west-1.on.aws:5671'],
      consoleURL: 'https://b-1.mq.eu-west-1.on.aws',
    },
  ],
  tags: { application: 'things', environment: 'dev' },
};

let standIn: Awaited<ReturnType<typeof startMqStandIn>>;
beforeAll(async () => {
  standIn = await startMqStandIn({
    'b-1': broker,
    'b-2': {
      ...broker,
      brokerName: 'moved',
      publiclyAccessible: true,
      tags: { application: 'things', environment: 'prod' },
    },
    'b-3': {
      ...broker,
      brokerName: 'forged\nlines',
      engineVersion: '4.2.10\u001b[2J',
      hostInstanceType: 'mq.m7g.medium\u202e',
      tags: { application: 'other', environment: 'dev' },
    },
  });
});
afterAll(() => standIn.stop());

const mq = (...args: string[]) =>
  new Promise<{ code: number; output: string }>((resolve) => {
    const env = {
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL: standIn.url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
    const options = { cwd: projectRoot, env, timeout: 120_000 };
    const command = [join(projectRoot, 'test/platform/application/mq.ts'), 'broker', ...args];
    const child = execFile(process.execPath, command, options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });

describe('mq broker', () => {
  it('status says what runs, where, and what could be done', async () => {
    expect(await mq('status')).toEqual({
      code: 0,
      output: `thingsdevbroker-Broker-93610B63 (b-1): RUNNING
RabbitMQ 4.2.10 on mq.m7g.medium, SINGLE_INSTANCE
  amqps://b-1.mq.eu-west-1.on.aws:5671
  https://b-1.mq.eu-west-1.on.aws
· RabbitMQ 4.2.10 can be upgraded to 4.3; see docs/deploy.md
`,
    });
  });

  it('status ends with 2 when somebody has to act', async () => {
    const { code, output } = await mq('status', '--env', 'prod', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(output).findings).toContainEqual({
      level: 'act',
      text: 'the broker is reachable from the internet',
    });
  });

  it('changes ends with 2 when a deployment would replace the broker', async () => {
    const { code, output } = await mq('changes', '--env', 'prod', '--json');
    expect(code).toBe(2);
    const { replacing } = JSON.parse(output) as { replacing: { property: string }[] };
    expect(replacing.map(({ property }) => property)).toEqual([
      'BrokerName',
      'DeploymentMode',
      'PubliclyAccessible',
      'SubnetIds',
    ]);
  }, 150_000);

  it.each([
    ['status', []],
    ['status', ['--json']],
    ['changes', []],
  ])(
    '%s %j leaves to the terminal nothing to act upon',
    async (name, options) => {
      const { output } = await mq(name, '--broker', 'b-3', ...options);
      expect(output).toContain('forged\\nlines');
      expect(output.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    },
    150_000,
  );

  it('names what is missing', async () => {
    expect(await mq('status', '--env', 'staging')).toEqual({
      code: 1,
      output:
        'mq broker: no RabbitMQ broker is tagged application=things environment=staging in region eu-west-1; there are thingsdevbroker-Broker-93610B63, moved, forged\nlines\n',
    });
  });
});
