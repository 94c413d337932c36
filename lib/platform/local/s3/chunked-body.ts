/** A body that was sent in parts, with what came behind it. */
export interface ChunkedBody {
  readonly body: Buffer;
  /** By their names in lower case. */
  readonly trailers: Readonly<Record<string, string>>;
}

const lineEnd = Buffer.from('\r\n');

/**
 * Undoes `Content-Encoding: aws-chunked`, with or without signatures of chunks, which are not verified
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html).
 *
 * @throws Error for anything that is not of this form
 */
export const decodeChunked = (encoded: Buffer): ChunkedBody => {
  const parts: Buffer[] = [];
  let position = 0;
  const line = (): string => {
    const end = encoded.indexOf(lineEnd, position);
    if (end < 0) throw new Error(`aws-chunked body ends within a line at byte ${position}`);
    const text = encoded.toString('latin1', position, end);
    position = end + 2;
    return text;
  };
  for (;;) {
    const [size = ''] = line().split(';');
    if (!/^[0-9a-f]{1,8}$/i.test(size)) throw new Error(`aws-chunked body has ${JSON.stringify(size)} for a size`);
    const length = Number.parseInt(size, 16);
    if (length === 0) break;
    if (position + length + 2 > encoded.length) throw new Error('aws-chunked body ends within a chunk');
    parts.push(encoded.subarray(position, position + length));
    position += length + 2;
  }
  const trailers: Record<string, string> = {};
  while (position < encoded.length) {
    const text = line();
    if (text === '') break;
    const [name = '', ...value] = text.split(':');
    trailers[name.trim().toLowerCase()] = value.join(':').trim();
  }
  return { body: Buffer.concat(parts), trailers };
};
