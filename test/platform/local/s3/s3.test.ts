import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Principals } from '../../../../lib/platform/local/endpoints/principals.ts';
import { ObjectStore } from '../../../../lib/platform/local/s3/object-store.ts';
import { type RunningS3, startS3 } from '../../../../lib/platform/local/s3/start-s3.ts';
import { openClaimCheckBucket } from '../../../../lib/platform/runtime/claim-check/s3-claim-check-store.ts';

const principals = new Principals();
const objects = new ObjectStore();
objects.create('bodies');
const refused: string[] = [];
const clients: S3Client[] = [];
let s3: RunningS3;

const settings = (credentials: { accessKeyId: string; secretAccessKey: string }) => ({
  endpoint: s3.url,
  region: 'us-east-1',
  credentials,
  maxAttempts: 1,
});
const clientOf = (credentials: { accessKeyId: string; secretAccessKey: string }): S3Client => {
  const client = new S3Client(settings(credentials));
  clients.push(client);
  return client;
};
const keysOf = (name: string, ...Action: string[]) => {
  const role = principals.addRole(name, `arn:aws:iam::000000000000:role/${name}`);
  role.statements.push({ Effect: 'Allow', Action, Resource: 'arn:aws:s3:::bodies/*' });
  return principals.issueKeys(role, name);
};
let operator: S3Client;

beforeAll(async () => {
  s3 = await startS3({ objects, principals }, (message) => refused.push(message));
  operator = clientOf(principals.operator);
});
afterAll(() => {
  for (const client of clients) client.destroy();
  s3.stop();
});

describe('an object', () => {
  it.each(['plain', 'with/slashes', 'with %2F, spaces & ü'])(
    'with the key %p is put, read, described and deleted',
    async (Key) => {
      const at = { Bucket: 'bodies', Key };
      const Body = Buffer.from('content of it');
      const { ETag } = await operator.send(
        new PutObjectCommand({ ...at, Body, ContentType: 'text/plain', Metadata: { tenant: 'acme' } }),
      );
      const read = await operator.send(new GetObjectCommand(at));
      expect(await read.Body?.transformToString()).toBe('content of it');
      const known = { ETag, ContentLength: 13, ContentType: 'text/plain', Metadata: { tenant: 'acme' } };
      expect(read).toMatchObject(known);
      expect(await operator.send(new HeadObjectCommand(at))).toMatchObject(known);
      await operator.send(new DeleteObjectCommand(at));
      await expect(operator.send(new GetObjectCommand(at))).rejects.toMatchObject({
        name: 'NoSuchKey',
      });
    },
  );

  it('may be sent in chunks with its checksum behind it', async () => {
    const at = { Bucket: 'bodies', Key: 'chunks' };
    const content = Buffer.alloc(300_000, 'abc');
    await operator.send(
      new PutObjectCommand({
        ...at,
        Body: Readable.from([content.subarray(0, 7), content.subarray(7)]),
        ContentLength: content.length,
      }),
    );
    const { Body } = await operator.send(new GetObjectCommand(at));
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(content)).toBe(true);
  });

  it('that arrives with another checksum is refused', async () => {
    const ChecksumSHA256 = createHash('sha256').update('something else').digest('base64');
    const put = new PutObjectCommand({ Bucket: 'bodies', Key: 'wrong', Body: 'content', ChecksumSHA256 });
    await expect(operator.send(put)).rejects.toMatchObject({ name: 'BadDigest' });
    expect(objects.bucket('bodies')?.has('wrong')).toBe(false);
  });
});

describe('a function', () => {
  it('may do what its role permits and nothing else, and the run hears of it', async () => {
    const at = { Bucket: 'bodies', Key: 'of-the-writer' };
    const writer = clientOf(keysOf('writer', 's3:PutObject'));
    const reader = clientOf(keysOf('reader', 's3:GetObject'));
    await writer.send(new PutObjectCommand({ ...at, Body: 'content' }));
    expect(await (await reader.send(new GetObjectCommand(at))).Body?.transformToString()).toBe('content');
    await expect(writer.send(new GetObjectCommand(at))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('assumed-role/writer/writer is not authorized to perform: s3:GetObject'),
    });
    await expect(reader.send(new PutObjectCommand({ ...at, Body: 'other' }))).rejects.toThrow('s3:PutObject');
    await expect(reader.send(new DeleteObjectCommand(at))).rejects.toThrow('s3:DeleteObject');
    expect(refused.at(-1)).toContain('arn:aws:s3:::bodies/of-the-writer');
  });

  it('is not told what is not there unless it may list the bucket', async () => {
    const get = new GetObjectCommand({ Bucket: 'bodies', Key: 'nothing' });
    await expect(clientOf(keysOf('asker', 's3:GetObject')).send(get)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(operator.send(get)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

it('whoever does not sign a request gets nothing', async () => {
  expect((await fetch(`${s3.url}/bodies/chunks`)).status).toBe(403);
});

it.each([
  ['another operation', new ListObjectsV2Command({ Bucket: 'bodies' })],
  ['a copy', new CopyObjectCommand({ Bucket: 'bodies', Key: 'a', CopySource: 'bodies/b' })],
  ['a part of an object', new GetObjectCommand({ Bucket: 'bodies', Key: 'chunks', Range: 'bytes=0-1' })],
  ['a condition', new PutObjectCommand({ Bucket: 'bodies', Key: 'a', Body: 'x', IfNoneMatch: '*' })],
  ['a version', new GetObjectCommand({ Bucket: 'bodies', Key: 'a', VersionId: 'v' })],
  ['an encryption key', new PutObjectCommand({ Bucket: 'bodies', Key: 'a', Body: 'x', SSEKMSKeyId: 'k' })],
])('%s is refused by name, not passed over', async (_, command) => {
  await expect(operator.send(command as GetObjectCommand)).rejects.toMatchObject({
    name: 'NotImplemented',
    message: expect.stringContaining('is not supported on this machine'),
  });
});

it('a bucket that is not in the stacks does not exist', async () => {
  await expect(operator.send(new PutObjectCommand({ Bucket: 'other', Key: 'a', Body: 'x' }))).rejects.toMatchObject({
    name: 'NoSuchBucket',
  });
});

describe('the store of large bodies', () => {
  it('gets back what it put', async () => {
    const store = openClaimCheckBucket('bodies', settings(principals.operator));
    const body = Buffer.alloc(3_000_000, 'body');
    const sha256 = createHash('sha256').update(body).digest('hex');
    await store.put('events/an%20id-0123456789abcdef', body, { sha256 });
    expect((await store.get('events/an%20id-0123456789abcdef', { bytes: body.length })).equals(body)).toBe(true);
  });

  it('never reads more than it was told that there is, and one byte', async () => {
    const store = openClaimCheckBucket('bodies', settings(principals.operator));
    expect(await store.get('events/an%20id-0123456789abcdef', { bytes: 1000 })).toHaveLength(1001);
  });

  it('puts nothing that is not what its hash says', async () => {
    const store = openClaimCheckBucket('bodies', settings(principals.operator));
    await expect(store.put('k', Buffer.from('a'), { sha256: '00'.repeat(32) })).rejects.toThrow('did not match');
  });
});
