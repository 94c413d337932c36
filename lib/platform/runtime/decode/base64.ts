import { DecodeError } from '../errors.ts';

/**
 * Strict base64. `Buffer.from` alone skips what it does not know, which would turn damage into a shorter body.
 *
 * @throws DecodeError that names the position of the first character that does not belong
 */
export function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  const { length } = text;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const isExact = length % 4 === 0 && bytes.length === (length / 4) * 3 - padding;
  // `Buffer.from` also takes the URL-safe alphabet.
  if (isExact && !text.includes('-') && !text.includes('_')) return bytes;
  const stranger = text.slice(0, length - padding).search(/[^A-Za-z0-9+/]/);
  throw new DecodeError(
    stranger >= 0
      ? `data is not base64: ${JSON.stringify(text[stranger])} at position ${stranger}`
      : `data is not base64: ${length} characters, not a multiple of 4`,
  );
}
