import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AwsEndpoint, startAwsEndpoint } from '../../../../lib/platform/local/endpoints/aws-endpoint.ts';
import type { InvokableFunction } from '../../../../lib/platform/local/endpoints/lambda-invoke.ts';
import { Principals } from '../../../../lib/platform/local/endpoints/principals.ts';
import { SecretRotations } from '../../../../lib/platform/local/endpoints/secret-rotation.ts';
import { SecretStore } from '../../../../lib/platform/local/endpoints/secret-store.ts';
import { askControl, ControlFailedError } from '../../../../lib/platform/operations/circuit/ask-control.ts';

const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const returning = (name: string, invoke: InvokableFunction['invoke']): [string, InvokableFunction] => [
  name,
  { settings: { arn: arnOf(name) }, invoke },
];
const functions = new Map([
  returning('echo', async (payload) => ({ status: 'succeeded', payload })),
  returning('broken', async () => ({
    status: 'failed',
    error: { errorType: 'UnknownConsumerError', errorMessage: 'there is no consumer x' },
  })),
]);
const principals = new Principals();
const role = principals.addRole('caller', 'arn:aws:iam::000000000000:role/caller');
role.statements.push({ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arnOf('echo') });

let endpoint: AwsEndpoint;
const clients: LambdaClient[] = [];
const clientWith = (credentials: { accessKeyId: string; secretAccessKey: string }): LambdaClient => {
  const client = new LambdaClient({ endpoint: endpoint.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  clients.push(client);
  return client;
};

beforeAll(async () => {
  endpoint = await startAwsEndpoint(
    {
      secrets: new SecretStore(),
      rotations: new SecretRotations(() => undefined),
      principals,
      mappings: () => new Map(),
      functions: () => functions,
    },
    () => undefined,
  );
});
afterAll(() => {
  for (const client of clients) client.destroy();
  endpoint.stop();
});

describe('who invokes a function on this machine', () => {
  it('gets its answer', async () => {
    const operator = clientWith(principals.operator);
    const { Payload, FunctionError } = await operator.send(
      new InvokeCommand({ FunctionName: 'echo', Payload: '[{"a":1}]' }),
    );
    expect([Payload?.transformToString(), FunctionError]).toEqual(['[{"a":1}]', undefined]);
    const byArn = await operator.send(new InvokeCommand({ FunctionName: arnOf('echo'), Payload: '{}' }));
    expect(byArn.StatusCode).toBe(200);
  });

  it('learns what failed in it', async () => {
    const order = askControl(clientWith(principals.operator), 'broken', { action: 'pause', consumer: 'x' });
    await expect(order).rejects.toThrow(new ControlFailedError('there is no consumer x'));
  });

  it('is refused without permission, and for a function that there is not', async () => {
    const limited = clientWith(principals.issueKeys(role, 'caller'));
    await expect(limited.send(new InvokeCommand({ FunctionName: 'broken' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    await expect(limited.send(new InvokeCommand({ FunctionName: 'echo' }))).resolves.toMatchObject({ StatusCode: 200 });
    await expect(askControl(limited, 'none', { action: 'status' })).rejects.toThrow('Function not found: none');
  });

  it('cannot have it run in the background here', async () => {
    const event = new InvokeCommand({ FunctionName: 'echo', InvocationType: 'Event' });
    await expect(clientWith(principals.operator).send(event)).rejects.toThrow('InvocationType Event is not supported');
  });
});
