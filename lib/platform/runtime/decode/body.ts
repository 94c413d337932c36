import { isUtf8 } from 'node:buffer';
import { defaultMaxBodyBytes } from '../../config/message-limits.ts';
import { DecodeError } from '../errors.ts';
import type { RawMessage } from '../message.ts';
import { decodeContentEncoding } from './content-encoding.ts';
import { jsonErrorPosition } from './json-position.ts';

/**
 * Reads a body as its properties say: content encodings undone, `application/json` and `+json` parsed, `text/*` as a string,
 * anything else as bytes. No content type means JSON, which is what senders that set nothing nearly always send.
 *
 * @throws DecodeError that says what is wrong and where
 */
export function decodeBody(message: RawMessage, maxBodyBytes = defaultMaxBodyBytes): unknown {
  const { contentEncoding, contentType } = message.properties;
  const bytes = contentEncoding ? decodeContentEncoding(message.body, contentEncoding, maxBodyBytes) : message.body;
  const { kind, charset } = mediaKind(contentType);
  if (kind === 'bytes') return bytes;
  const text = decodeText(bytes, charset);
  return kind === 'json' ? parseJson(text) : text;
}

/** As what a body of this content type is read. */
export const bodyKind = (contentType: string | undefined): 'json' | 'text' | 'bytes' => mediaKind(contentType).kind;

interface MediaKind {
  readonly kind: 'json' | 'text' | 'bytes';
  readonly charset: string;
}

const json: MediaKind = { kind: 'json', charset: 'utf-8' };

function mediaKind(contentType: string | undefined): MediaKind {
  if (contentType === undefined || contentType === '' || contentType === 'application/json') return json;
  const [essence = '', ...parameters] = contentType.split(';');
  const type = essence.trim().toLowerCase();
  const kind =
    type === 'application/json' || type.endsWith('+json') ? 'json' : type.startsWith('text/') ? 'text' : 'bytes';
  return { kind, charset: charsetOf(parameters) ?? 'utf-8' };
}

function charsetOf(parameters: readonly string[]): string | undefined {
  for (const parameter of parameters) {
    const value = /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/i.exec(parameter)?.[1];
    if (value !== undefined) return value.toLowerCase();
  }
  return undefined;
}

function decodeText(bytes: Buffer, charset: string): string {
  if (charset === 'utf-8' || charset === 'utf8') {
    const text = bytes.toString('utf8');
    // What stands for bytes that are wrong may also have been sent.
    if (text.includes('\ufffd') && !isUtf8(bytes))
      throw new DecodeError(`the body is not valid UTF-8: wrong byte at position ${firstNonUtf8(bytes)}`);
    return text.startsWith('\ufeff') ? text.slice(1) : text;
  }
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch (error) {
    // The constructor refuses labels that it does not know with a RangeError, `decode` wrong bytes with a TypeError.
    const problem =
      (error as Error).name === 'RangeError'
        ? 'is a charset that is not supported'
        : 'is the charset but the body is not valid in it';
    throw new DecodeError(`${JSON.stringify(charset.slice(0, 100))} ${problem}`, { cause: error });
  }
}

/** Length of the longest prefix that is UTF-8 up to an incomplete last character. */
function firstNonUtf8(bytes: Buffer): number {
  let valid = 0;
  let end = bytes.length;
  while (valid < end) {
    const middle = (valid + end + 1) >>> 1;
    if (isUtf8Prefix(bytes.subarray(0, middle))) valid = middle;
    else end = middle - 1;
  }
  return valid;
}

function isUtf8Prefix(bytes: Buffer): boolean {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    decoder.decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const position = jsonErrorPosition(text);
    const place = position >= text.length ? 'it ends too early' : `unexpected ${JSON.stringify(text.charAt(position))}`;
    throw new DecodeError(
      text === '' ? 'the body is not JSON: it is empty' : `the body is not JSON: ${place} at position ${position}`,
      { cause: error },
    );
  }
}
