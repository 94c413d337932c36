import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AwsEndpoint, startAwsEndpoint } from '../../../../lib/platform/local/endpoints/aws-endpoint.ts';
import { Principals } from '../../../../lib/platform/local/endpoints/principals.ts';
import { SecretRotations } from '../../../../lib/platform/local/endpoints/secret-rotation.ts';
import { SecretStore } from '../../../../lib/platform/local/endpoints/secret-store.ts';

const secrets = new SecretStore();
const principals = new Principals();
const own = secrets.create('fulfil-order', '{"username":"fulfil-order","password":"p"}');
const other = secrets.create('admin', '{"username":"admin","password":"q"}');
const role = principals.addRole('fulfil', 'arn:aws:iam::000000000000:role/fulfil');
role.statements.push({
  Effect: 'Allow',
  Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
  Resource: own.arn,
});
const refused: string[] = [];
let endpoint: AwsEndpoint;
let client: SecretsManagerClient;

beforeAll(async () => {
  endpoint = await startAwsEndpoint(
    { secrets, rotations: new SecretRotations(() => undefined), principals, mappings: () => new Map() },
    (message) => refused.push(message),
  );
  client = new SecretsManagerClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: principals.issueKeys(role, 'fulfil-order'),
    maxAttempts: 1,
  });
});
afterAll(() => {
  client.destroy();
  endpoint.stop();
});

describe('a function that asks for a secret', () => {
  it.each([
    ['ARN', own.arn],
    ['ARN without the random part', own.arn.slice(0, -7)],
    ['name', own.name],
  ])('gets its own by %s', async (_by, SecretId) => {
    expect(await client.send(new GetSecretValueCommand({ SecretId }))).toMatchObject({
      ARN: own.arn,
      Name: own.name,
      SecretString: own.value,
    });
    expect(await client.send(new DescribeSecretCommand({ SecretId }))).toMatchObject({ ARN: own.arn });
  });

  it('is denied another one, and the run hears of it', async () => {
    await expect(client.send(new GetSecretValueCommand({ SecretId: other.arn }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        'assumed-role/fulfil/fulfil-order is not authorized to perform: secretsmanager:GetSecretValue',
      ),
    });
    expect(refused.at(-1)).toContain(other.arn);
  });

  it('hears that one does not exist only where it may ask for it', async () => {
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'none' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    role.statements.push({ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '*' });
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'none' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    role.statements.pop();
  });

  it('is told what is not there', async () => {
    await expect(client.send(new DeleteSecretCommand({ SecretId: own.arn }))).rejects.toThrow(
      'DeleteSecret is not supported on this machine',
    );
    const dynamoDb = new DynamoDBClient({
      endpoint: endpoint.url,
      region: 'us-east-1',
      credentials: principals.operator,
      maxAttempts: 1,
    });
    await expect(dynamoDb.send(new ListTablesCommand())).rejects.toThrow('AWS_ENDPOINT_URL_DYNAMODB');
    dynamoDb.destroy();
  });
});
