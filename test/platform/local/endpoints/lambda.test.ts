import {
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AwsEndpoint, startAwsEndpoint } from '../../../../lib/platform/local/endpoints/aws-endpoint.ts';
import { Principals } from '../../../../lib/platform/local/endpoints/principals.ts';
import { SecretRotations } from '../../../../lib/platform/local/endpoints/secret-rotation.ts';
import { SecretStore } from '../../../../lib/platform/local/endpoints/secret-store.ts';
import type { EventSourceMapping } from '../../../../lib/platform/local/mapping/event-source-mappings.ts';
import { LocalMapping } from '../../../../lib/platform/local/mapping/local-mapping.ts';

// Of queues that no broker has: a mapping that is not started consumes nothing.
const entry = (id: string, queue: string): EventSourceMapping => {
  const settings = {
    queue,
    vhost: 'events',
    eventSourceArn: 'arn:aws:mq:us-east-1:000000000000:broker:b:1',
    batchSize: 10,
    windowMilliseconds: 0,
    failureVerb: 'nack' as const,
    login: () => ({ username: 'u', password: 'p' }),
    broker: { protocol: 'amqp' as const, host: 'localhost', port: 1 },
  };
  const target = { name: queue, invoke: () => Promise.reject(new Error('not called')) };
  return {
    id,
    arn: `arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${id}`,
    functionArn: `arn:aws:lambda:us-east-1:000000000000:function:${queue}`,
    eventSourceArn: settings.eventSourceArn,
    queue,
    vhost: settings.vhost,
    batchSize: 10,
    windowSeconds: 0,
    secretArn: `arn:secret:${queue}`,
    lastModified: 0,
    mapping: new LocalMapping(settings, target, () => undefined),
  };
};

const mappings = new Map([entry('1', 'orders'), entry('2', 'mails')].map((each) => [each.id, each]));
const principals = new Principals();
const role = principals.addRole('rotation', 'arn:aws:iam::000000000000:role/rotation');
role.statements.push(
  { Effect: 'Allow', Action: 'lambda:ListEventSourceMappings', Resource: '*' },
  {
    Effect: 'Allow',
    Action: ['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping'],
    Resource: ['1', 'none'].map((id) => `arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${id}`),
  },
);
let endpoint: AwsEndpoint;
let client: LambdaClient;

beforeAll(async () => {
  await Promise.all([...mappings.values()].map(({ mapping }) => mapping.start(false)));
  const secrets = new SecretStore();
  endpoint = await startAwsEndpoint(
    { secrets, rotations: new SecretRotations(() => undefined), principals, mappings: () => mappings },
    () => undefined,
  );
  client = new LambdaClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: principals.issueKeys(role, 'rotation'),
    maxAttempts: 1,
  });
});
afterAll(() => {
  client.destroy();
  endpoint.stop();
});

describe('a function that asks Lambda for mappings', () => {
  it('finds those of a broker and of a function', async () => {
    const found = async (input: { EventSourceArn?: string; FunctionName?: string }) =>
      (await client.send(new ListEventSourceMappingsCommand(input))).EventSourceMappings?.map(({ UUID }) => UUID);
    expect(await found({ EventSourceArn: 'arn:aws:mq:us-east-1:000000000000:broker:b:1' })).toEqual(['1', '2']);
    expect(await found({ EventSourceArn: 'arn:other' })).toEqual([]);
    expect(await found({ FunctionName: 'mails' })).toEqual(['2']);
  });

  it('sees how one is set up, and in what state', async () => {
    expect(await client.send(new GetEventSourceMappingCommand({ UUID: '1' }))).toMatchObject({
      UUID: '1',
      Queues: ['orders'],
      State: 'Disabled',
      StateTransitionReason: 'USER_INITIATED',
      SourceAccessConfigurations: [
        { Type: 'BASIC_AUTH', URI: 'arn:secret:orders' },
        { Type: 'VIRTUAL_HOST', URI: 'events' },
      ],
    });
  });

  it('gives one another secret, which leaves it disabled', async () => {
    const SourceAccessConfigurations = [{ Type: 'BASIC_AUTH' as const, URI: 'arn:secret:new' }];
    expect(
      await client.send(new UpdateEventSourceMappingCommand({ UUID: '1', SourceAccessConfigurations })),
    ).toMatchObject({ State: 'Updating', SourceAccessConfigurations: [{ URI: 'arn:secret:new' }, {}] });
    expect(mappings.get('1')?.mapping.state).toBe('Disabled');
  });

  it('is refused what Lambda refuses: another vhost, a mapping that there is not, one that it may not touch', async () => {
    const update = (UUID: string, input: object) =>
      client.send(new UpdateEventSourceMappingCommand({ UUID, ...input }));
    await expect(
      update('1', { SourceAccessConfigurations: [{ Type: 'VIRTUAL_HOST', URI: 'other' }] }),
    ).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
    await expect(update('none', { Enabled: false })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(update('2', { Enabled: false })).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(update('1', { BatchSize: 1 })).rejects.toThrow('BatchSize cannot be changed on this machine');
  });
});
