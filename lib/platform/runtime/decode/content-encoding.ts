import {
  brotliDecompressSync,
  gunzipSync,
  type InputType,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib';
import { DecodeError } from '../errors.ts';

interface Decompressed {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}
/** With `info: true` the functions also return their engine, which knows how much input it used; the types do not say so. */
type Decompress = (body: InputType, options: { maxOutputLength: number; info: true }) => unknown;

const decompressors: Readonly<Record<string, (body: Buffer, limit: number) => Buffer>> = {
  gzip: (body, limit) => decompress(gunzipSync, body, limit),
  'x-gzip': (body, limit) => decompress(gunzipSync, body, limit),
  deflate: inflate,
  br: (body, limit) => decompress(brotliDecompressSync, body, limit),
  zstd: (body, limit) => decompress(zstdDecompressSync, body, limit),
  identity: (body) => body,
};

/**
 * Undoes the encodings of a `contentEncoding` property, for example `gzip` or `deflate, br`, last one first.
 *
 * @param limit bytes that no step may exceed; guards against decompression bombs
 * @throws DecodeError for an unknown encoding, damaged or truncated data, bytes behind the end, or more than `limit` bytes
 */
export function decodeContentEncoding(body: Buffer, contentEncoding: string, limit: number): Buffer {
  const encodings = contentEncoding
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  let decoded = body;
  for (const encoding of encodings.toReversed()) {
    const decoder = Object.hasOwn(decompressors, encoding) ? decompressors[encoding] : undefined;
    if (!decoder) {
      throw new DecodeError(
        `content encoding ${JSON.stringify(encoding.slice(0, 100))} is not supported; supported are ${Object.keys(decompressors).join(', ')}`,
      );
    }
    try {
      decoded = decoder(decoded, limit);
    } catch (error) {
      throw new DecodeError(`content encoding ${encoding}: ${reasonOf(error, limit)}`, { cause: error });
    }
  }
  return decoded;
}

function decompress(run: Decompress, body: Buffer, limit: number): Buffer {
  const parts: Buffer[] = [];
  let total = 0;
  let rest = body;
  do {
    // zlib takes a limit of at least 1; a stream that yields nothing stays below it.
    const { buffer, engine } = run(rest, { maxOutputLength: Math.max(1, limit - total), info: true }) as Decompressed;
    parts.push(buffer);
    total += buffer.length;
    rest = rest.subarray(engine.bytesWritten);
    // Only zstd has frames that may follow each other and that Node leaves to the caller.
  } while (rest.length > 0 && run === zstdDecompressSync);
  if (rest.length > 0) throw new DecodeError(`${rest.length} bytes follow the end of the compressed data`);
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

/** `deflate` means the zlib format, but some senders leave its header out. */
function inflate(body: Buffer, limit: number): Buffer {
  const [first = 0, second = 0] = body;
  const looksLikeZlib = (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
  if (!looksLikeZlib) return decompress(inflateRawSync, body, limit);
  try {
    return decompress(inflateSync, body, limit);
  } catch (error) {
    if (codeOf(error) !== 'Z_DATA_ERROR') throw error;
    try {
      return decompress(inflateRawSync, body, limit);
    } catch {
      throw error;
    }
  }
}

function reasonOf(error: unknown, limit: number): string {
  const code = codeOf(error);
  if (code === 'ERR_BUFFER_TOO_LARGE') return `the decompressed body exceeds the limit of ${limit} bytes`;
  if (code === 'Z_BUF_ERROR') return 'the data is truncated (unexpected end of file)';
  return property(error, 'message');
}

const codeOf = (error: unknown): string => property(error, 'code');

const property = (error: unknown, name: 'code' | 'message'): string =>
  String(typeof error === 'object' && error !== null ? (error as Partial<NodeJS.ErrnoException>)[name] : error);
