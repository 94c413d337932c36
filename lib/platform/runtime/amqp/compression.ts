import { promisify } from 'node:util';
import { gzip, zstdCompress } from 'node:zlib';
import type { OutgoingMessage } from '../publisher.ts';

export interface CompressionSettings {
  /** Bodies above this many bytes are compressed. @default 16384 */
  readonly aboveBytes?: number;
  /** `zstd` is faster and smaller, but not every consumer in other languages reads it. @default 'gzip' */
  readonly encoding?: 'gzip' | 'zstd';
}

const defaultAboveBytes = 16_384;

const compressors = { gzip: promisify(gzip), zstd: promisify(zstdCompress) };

/**
 * Makes a function that compresses large bodies and says so in `contentEncoding`. A body stays as it is where it is compressed already,
 * or would not become smaller.
 * @throws RangeError for settings that mean nothing
 */
export function compressor({
  aboveBytes = defaultAboveBytes,
  encoding = 'gzip',
}: CompressionSettings): (message: OutgoingMessage) => Promise<OutgoingMessage> {
  if (!Number.isInteger(aboveBytes) || aboveBytes < 0)
    throw new RangeError(`compression.aboveBytes is ${aboveBytes}; it must be a whole number from 0`);
  if (!Object.hasOwn(compressors, encoding))
    throw new RangeError(`compression.encoding is ${encoding}; it must be ${Object.keys(compressors).join(' or ')}`);
  const compress = compressors[encoding];
  return async (message) => {
    const { body, properties } = message;
    if (body.length <= aboveBytes || properties.contentEncoding) return message;
    const compressed = await compress(body);
    if (compressed.length >= body.length) return message;
    return { ...message, body: compressed, properties: { ...properties, contentEncoding: encoding } };
  };
}
