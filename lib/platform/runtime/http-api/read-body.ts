import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { decodeBody } from '../decode/body.ts';
import { DecodeError } from '../errors.ts';
import type { RawMessage } from '../message.ts';
import type { Problem } from './problem.ts';

/** API Gateway takes requests of up to 10 MB, Lambda events of up to 6 MB. */
export interface BodyLimits {
  /** Largest body that is taken, in bytes: what the broker takes, or Lambda where there is a bucket for what is larger. */
  readonly maximumBodyBytes: number;
}

/** The body of a request: the bytes as they came, and what they say. */
export interface RequestBody {
  readonly bytes: Buffer;
  readonly value: unknown;
}

/** Reads a JSON body. */
export function readBody(
  { headers, body, isBase64Encoded }: Pick<APIGatewayProxyEventV2, 'headers' | 'body' | 'isBase64Encoded'>,
  { maximumBodyBytes }: BodyLimits,
): RequestBody | { readonly problem: Problem } {
  const contentType = headers['content-type'] ?? '';
  if (!isJson(contentType))
    return {
      problem: {
        status: 415,
        detail: `Content-Type is ${contentType === '' ? 'missing' : JSON.stringify(contentType.slice(0, 100))}; it must be application/json in UTF-8`,
      },
    };
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.trim().toLowerCase() !== 'identity')
    return {
      problem: {
        status: 415,
        detail: `Content-Encoding is ${JSON.stringify(encoding.slice(0, 100))}; send the body uncompressed`,
      },
    };
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > maximumBodyBytes) return { problem: tooLarge(bytes.length, maximumBodyBytes) };
  try {
    return { bytes, value: decodeBody(asPublished(bytes)) };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { problem: { status: 400, detail: error.message } };
  }
}

/** The message that it will be: whatever a consumer could not read is refused here, for the same reason. */
const asPublished = (body: Buffer): RawMessage => ({
  queue: '',
  vhost: '',
  redelivered: false,
  properties: { contentType: 'application/json' },
  headers: {},
  body,
});

export const tooLarge = (bytes: number, limitBytes: number): Problem => ({
  status: 413,
  detail: `the body has ${bytes} bytes; at most ${limitBytes} are taken`,
  limitBytes,
});

/** `application/json`, with no other charset than UTF-8. */
function isJson(contentType: string): boolean {
  const [essence = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  return (
    essence === 'application/json' &&
    parameters.every((parameter) => !parameter.startsWith('charset=') || /^charset="?utf-?8"?$/.test(parameter))
  );
}
