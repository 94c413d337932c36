import type { StreamRecord } from '../dynamodb/streams/stream-record.ts';
import { maximumRecordBytes } from './inbox.ts';

/**
 * The event of a batch of stream records. Lambda writes the user's identity in lower case and adds the stream's ARN.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
export const streamEvent = (records: readonly StreamRecord[], streamArn: string): string =>
  JSON.stringify({
    Records: records.map(({ userIdentity, ...record }) => ({
      ...record,
      eventSourceARN: streamArn,
      ...(userIdentity && { userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId } }),
    })),
  });

/** How many of the records the next batch holds: up to its size, and up to Lambda's 6 MB; at least one. */
export const streamBatchLength = (records: readonly StreamRecord[], size: number): number => {
  let bytes = 0;
  for (const [index, record] of records.slice(0, size).entries()) {
    bytes += Buffer.byteLength(JSON.stringify(record)) + 200;
    if (bytes > maximumRecordBytes && index > 0) return index;
  }
  return Math.min(records.length, size);
};

/**
 * Where a batch has to be taken up again, by the answer of a function that reports item failures: the first record that it names.
 * All of the batch for an answer that names a record which is not in it, or none properly; the length of the batch when nothing failed.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export const firstFailure = (records: readonly StreamRecord[], payload: string): number => {
  const { batchItemFailures } = ((JSON.parse(payload || 'null') as object | null) ?? {}) as {
    batchItemFailures?: unknown;
  };
  if (batchItemFailures === undefined || batchItemFailures === null) return records.length;
  if (!Array.isArray(batchItemFailures)) return 0;
  const positions = batchItemFailures.map((failure: { itemIdentifier?: unknown } | null) =>
    records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === failure?.itemIdentifier),
  );
  return Math.min(records.length, ...positions.map((position) => Math.max(0, position)));
};
