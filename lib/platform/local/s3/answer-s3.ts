import { createHash } from 'node:crypto';
import { account, partition } from '../assembly/pseudo-parameters.ts';
import type { Principals } from '../endpoints/principals.ts';
import { verifiedChecksums } from './checksums.ts';
import { decodeChunked } from './chunked-body.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';

export interface S3Request {
  readonly method: string;
  /** Path and query as they are on the wire. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface S3Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** What was wrong, for whoever watches. */
  readonly problem?: string;
}

export interface S3Services {
  readonly objects: ObjectStore;
  readonly principals: Principals;
}

const operations: Readonly<Record<string, { readonly name: string; readonly action: string }>> = {
  PUT: { name: 'PutObject', action: 's3:PutObject' },
  GET: { name: 'GetObject', action: 's3:GetObject' },
  // INFO: HeadObject is permitted by the same action (Service Authorization Reference, S3).
  HEAD: { name: 'HeadObject', action: 's3:GetObject' },
  DELETE: { name: 'DeleteObject', action: 's3:DeleteObject' },
};

/** Headers of a request that are heeded, or make no difference here; any other of S3's is refused. */
const knownHeaders =
  /^x-amz-(date|content-sha256|security-token|user-agent|decoded-content-length|trailer|sdk-checksum-algorithm|checksum-.+|meta-.+|expected-bucket-owner)$/;
const refusedHeaders = ['range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];

/** S3 as far as single objects are put, read and deleted, by addresses of the form `/bucket/key`. */
export const answerS3 = (
  { objects, principals }: S3Services,
  accessKeyId: string | undefined,
  request: S3Request,
): S3Answer => {
  const { pathname, searchParams } = new URL(request.url, 'http://local');
  const [, bucket = '', path = ''] = /^\/([^/]*)\/?(.*)$/s.exec(pathname) ?? [];
  const operation = operations[request.method];
  const unsupported = unsupportedPart(request, searchParams);
  if (!operation || bucket === '' || path === '' || unsupported !== undefined)
    return failure(
      501,
      'NotImplemented',
      `s3: ${request.method} ${pathname}${unsupported ? ` with ${unsupported}` : ''} is not supported on this machine; ${Object.values(
        operations,
      )
        .map(({ name }) => name)
        .join(', ')} of single objects are`,
    );
  const key = decodeURIComponent(path);
  const bucketArn = `arn:${partition}:s3:::${bucket}`;
  const decision = principals.authorize(accessKeyId, operation.action, `${bucketArn}/${key}`);
  if (!decision.allowed) return failure(403, 'AccessDenied', decision.message);
  const found = objects.bucket(bucket);
  if (!found) return failure(404, 'NoSuchBucket', `The specified bucket does not exist: ${bucket}`);
  if (request.method === 'PUT') return put(found, key, request);
  if (request.method === 'DELETE') {
    found.delete(key);
    return { status: 204, headers: {}, body: empty };
  }
  const object = found.get(key);
  // Who may not list a bucket is not told what is not there (API reference, GetObject, "Permissions").
  if (!object)
    return principals.authorize(accessKeyId, 's3:ListBucket', bucketArn).allowed
      ? failure(404, 'NoSuchKey', `The specified key does not exist: ${key}`)
      : failure(
          403,
          'AccessDenied',
          `${key} does not exist in ${bucket}, and without s3:ListBucket S3 does not say so`,
        );
  return describe(object, request);
};

export const failure = (status: number, code: string, message: string): S3Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`,
  ),
  problem: message,
});

const empty = Buffer.alloc(0);

const unsupportedPart = ({ headers }: S3Request, query: URLSearchParams): string | undefined => {
  const parameter = [...query.keys()].find((name) => name !== 'x-id');
  if (parameter !== undefined) return `the parameter ${parameter}`;
  if ((headers['x-amz-expected-bucket-owner'] ?? account) !== account) return 'another bucket owner';
  const header = Object.keys(headers).find(
    (name) => refusedHeaders.includes(name) || (name.startsWith('x-amz-') && !knownHeaders.test(name)),
  );
  return header && `the header ${header}`;
};

const put = (bucket: Map<string, StoredObject>, key: string, { headers, body: sent }: S3Request): S3Answer => {
  const signed = headers['x-amz-content-sha256'] ?? '';
  let stored: StoredObject;
  try {
    const { body, trailers } = signed.startsWith('STREAMING-') ? decodeChunked(sent) : { body: sent, trailers: {} };
    const length = headers['x-amz-decoded-content-length'];
    if (length !== undefined && Number(length) !== body.length)
      return failure(400, 'IncompleteBody', `x-amz-decoded-content-length is ${length}; ${body.length} bytes came`);
    if (/^[0-9a-f]{64}$/.test(signed) && createHash('sha256').update(body).digest('hex') !== signed)
      return failure(400, 'XAmzContentSHA256Mismatch', "The provided 'x-amz-content-sha256' header does not match.");
    const checksums = verifiedChecksums({ ...headers, ...trailers }, body);
    const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'));
    stored = {
      body,
      etag: `"${createHash('md5').update(body).digest('hex')}"`,
      lastModified: new Date(),
      contentType: headers['content-type'] ?? 'application/octet-stream',
      headers: { ...Object.fromEntries(metadata), ...checksums },
    };
  } catch (error) {
    return failure(400, 'BadDigest', (error as Error).message);
  }
  bucket.set(key, stored);
  return { status: 200, headers: { etag: stored.etag, ...onlyChecksums(stored) }, body: empty };
};

const describe = (object: StoredObject, { method, headers }: S3Request): S3Answer => ({
  status: 200,
  headers: {
    etag: object.etag,
    'last-modified': object.lastModified.toUTCString(),
    'content-type': object.contentType,
    'content-length': String(object.body.length),
    ...Object.fromEntries(Object.entries(object.headers).filter(([name]) => name.startsWith('x-amz-meta-'))),
    ...(headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED' ? onlyChecksums(object) : {}),
  },
  body: method === 'HEAD' ? empty : object.body,
});

const onlyChecksums = ({ headers }: StoredObject): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-amz-checksum-')));

const escaped = (text: string): string =>
  text.replace(/[<>&]/g, (character) => ({ '<': '&lt;', '>': '&gt;' })[character] ?? '&amp;');
