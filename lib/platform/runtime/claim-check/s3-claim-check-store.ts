import { GetObjectCommand, PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { ClaimCheckStore } from './claim-check-store.ts';

/**
 * Bodies in an S3 bucket.
 *
 * @param overrides for tests, e.g. an endpoint. Functions get theirs from `AWS_REGION` and `AWS_ENDPOINT_URL_S3`.
 */
export function openClaimCheckBucket(bucket: string, overrides: S3ClientConfig = {}): ClaimCheckStore {
  const client = new S3Client({
    maxAttempts: 3,
    // A body may take a while; a connection on which nothing moves is one that a frozen sandbox lost.
    requestHandler: { connectionTimeout: 1000, socketTimeout: 5000 },
    ...overrides,
  });
  return {
    async put(key, body, { sha256, signal }) {
      const checksum = Buffer.from(sha256, 'hex').toString('base64');
      // S3 compares the checksum with what arrives, and refuses anything else.
      const command = new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ChecksumSHA256: checksum });
      await client.send(command, { abortSignal: signal });
    },
    async get(key, { bytes, signal }) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
      const parts: Buffer[] = [];
      let total = 0;
      for await (const part of (Body ?? []) as AsyncIterable<Buffer>) {
        parts.push(part);
        total += part.length;
        if (total > bytes) break;
      }
      return Buffer.concat(parts, Math.min(total, bytes + 1));
    },
  };
}
