import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

const unsigned32 = (value: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
};

/** Checksums by the names of their headers, as S3 has them: base64 of the bytes. */
const checksums: Readonly<Record<string, (body: Buffer) => string>> = {
  'x-amz-checksum-crc32': (body) => unsigned32(crc32(body)),
  'x-amz-checksum-sha1': (body) => createHash('sha1').update(body).digest('base64'),
  'x-amz-checksum-sha256': (body) => createHash('sha256').update(body).digest('base64'),
};

/**
 * The checksums among these headers.
 * @throws Error naming the one that does not match, or is of a kind that is not known here
 */
export const verifiedChecksums = (
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): Readonly<Record<string, string>> => {
  const given = Object.entries(headers).filter(
    ([name]) => name.startsWith('x-amz-checksum-') && !notChecksums.has(name),
  );
  for (const [name, value] of given) {
    const found = checksums[name]?.(body);
    if (found === undefined) throw new Error(`${name} is not supported on this machine`);
    if (found !== value) throw new Error(`The ${name} you specified did not match the calculated checksum.`);
  }
  return Object.fromEntries(given);
};

const notChecksums = new Set(['x-amz-checksum-mode', 'x-amz-checksum-algorithm', 'x-amz-checksum-type']);
