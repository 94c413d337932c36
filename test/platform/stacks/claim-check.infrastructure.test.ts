import { expect, test } from '@jest/globals';
import { synthesized } from './synthesized.ts';

const stacks = synthesized('dev');
const buckets = stacks.ofType('AWS::S3::Bucket');

/** Each action on S3 that any role may do: whose, which, on what. */
const permitted = stacks.ofType('AWS::IAM::Policy').flatMap(({ logicalId, properties }) => {
  const { Statement } = properties.PolicyDocument as {
    Statement: { Action: string | string[]; Resource: unknown }[];
  };
  return Statement.flatMap(({ Action, Resource }) =>
    [Action]
      .flat()
      .filter((action) => action.startsWith('s3:') || action === '*')
      .map((action) => [logicalId.replace(/Handler.*|Role.*/, ''), action, Resource]),
  );
});

test('the bucket for large bodies is private, encrypted and empties itself', () => {
  expect(buckets).toMatchObject([
    {
      properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        LifecycleConfiguration: { Rules: [{ ExpirationInDays: 30, Status: 'Enabled' }] },
      },
    },
  ]);
});

test('it is to be reached with TLS only', () => {
  const [policy] = stacks.ofType('AWS::S3::BucketPolicy').map(({ properties }) => properties.PolicyDocument);
  expect((policy as { Statement: unknown[] }).Statement).toContainEqual(
    expect.objectContaining({
      Effect: 'Deny',
      Action: 's3:*',
      Principal: { AWS: '*' },
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    }),
  );
});

test('consumers may read what is in it, the HTTP API may put something there, and nobody may do anything else', () => {
  const objects = { 'Fn::Join': ['', [{ 'Fn::GetAtt': [buckets[0]?.logicalId, 'Arn'] }, '/*']] };
  expect(permitted.sort()).toEqual([
    ['Ingest', 's3:PutObject', objects],
    ['keepthing', 's3:GetObject', objects],
    ['logall', 's3:GetObject', objects],
    ['sendnote', 's3:GetObject', objects],
  ]);
});
