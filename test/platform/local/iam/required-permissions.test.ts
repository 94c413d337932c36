import { describe, expect, it } from '@jest/globals';
import { credentialOf } from '../../../../lib/platform/local/iam/credential.ts';
import { dynamoDbPermissions } from '../../../../lib/platform/local/iam/dynamodb-actions.ts';
import { secretsManagerPermissions } from '../../../../lib/platform/local/iam/secrets-manager-actions.ts';

const where = { region: 'eu-central-1', accountId: '123456789012' };
const table = (name: string) => `arn:aws:dynamodb:eu-central-1:123456789012:table/${name}`;
const needed = (operation: string, input: Record<string, unknown>) =>
  dynamoDbPermissions(operation, input, where).map(({ action, resource }) => `${action} ${resource}`);

describe('a DynamoDB request needs', () => {
  it('its own action on its table', () => {
    expect(needed('UpdateItem', { TableName: 'Orders' })).toEqual([`dynamodb:UpdateItem ${table('Orders')}`]);
    expect(needed('UpdateTimeToLive', { TableName: 'Orders' })).toEqual([
      `dynamodb:UpdateTimeToLive ${table('Orders')}`,
    ]);
  });

  it('the index when it searches one', () => {
    expect(needed('Query', { TableName: 'Orders', IndexName: 'by-day' })).toEqual([
      `dynamodb:Query ${table('Orders')}/index/by-day`,
    ]);
    expect(needed('Scan', { TableName: 'Orders' })).toEqual([`dynamodb:Scan ${table('Orders')}`]);
  });

  it('the action on every table of a batch', () => {
    expect(needed('BatchWriteItem', { RequestItems: { Orders: [], Audit: [] } })).toEqual([
      `dynamodb:BatchWriteItem ${table('Orders')}`,
      `dynamodb:BatchWriteItem ${table('Audit')}`,
    ]);
  });

  it('the action of each item of a transaction, once', () => {
    const put = { Put: { TableName: 'Orders' } };
    const TransactItems = [
      put,
      put,
      { Update: { TableName: 'Claims' } },
      { Delete: { TableName: 'Orders' } },
      { ConditionCheck: { TableName: 'Stock' } },
    ];
    expect(needed('TransactWriteItems', { TransactItems })).toEqual([
      `dynamodb:PutItem ${table('Orders')}`,
      `dynamodb:UpdateItem ${table('Claims')}`,
      `dynamodb:DeleteItem ${table('Orders')}`,
      `dynamodb:ConditionCheckItem ${table('Stock')}`,
    ]);
    expect(needed('TransactGetItems', { TransactItems: [{ Get: { TableName: 'Orders' } }] })).toEqual([
      `dynamodb:GetItem ${table('Orders')}`,
    ]);
  });

  it('an action without a resource to list tables, and the given ARN for tags', () => {
    expect(needed('ListTables', {})).toEqual(['dynamodb:ListTables *']);
    expect(needed('TagResource', { ResourceArn: table('Orders') })).toEqual([
      `dynamodb:TagResource ${table('Orders')}`,
    ]);
  });
});

describe('a Secrets Manager request needs', () => {
  const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:broker/fulfil-order-AbCdEf';
  const known = (secretId: string) =>
    [arn, arn.slice(0, -7), 'broker/fulfil-order'].includes(secretId) ? arn : undefined;
  const secret = (operation: string, input: Record<string, unknown>) =>
    secretsManagerPermissions(operation, input, known, where);

  it.each([arn, arn.slice(0, -7), 'broker/fulfil-order'])('the full ARN when asked for %s', (SecretId) => {
    for (const operation of ['GetSecretValue', 'DescribeSecret'])
      expect(secret(operation, { SecretId })).toEqual([{ action: `secretsmanager:${operation}`, resource: arn }]);
  });

  it('an ARN also for a secret that does not exist', () => {
    expect(secret('GetSecretValue', { SecretId: 'nothing' })).toEqual([
      {
        action: 'secretsmanager:GetSecretValue',
        resource: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:nothing',
      },
    ]);
  });
});

describe('the credential of a request', () => {
  it('is read from its Signature Version 4 header', () => {
    // Form of the header: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
    const authorization =
      'AWS4-HMAC-SHA256 Credential=AKIAFULFILORDER/20261120/eu-central-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=fe5f80';
    expect(credentialOf({ headers: { authorization } })).toEqual({
      accessKeyId: 'AKIAFULFILORDER',
      region: 'eu-central-1',
      service: 'dynamodb',
    });
  });

  it.each([undefined, '', 'Basic YTpi', 'AWS4-HMAC-SHA256 Credential=AKIA/20261120/eu-central-1'])(
    'is none in %s',
    (authorization) => {
      expect(credentialOf({ headers: { authorization } })).toBeUndefined();
    },
  );
});
