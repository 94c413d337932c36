import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** A request as it came in. */
export interface GatewayRequest {
  readonly id: string;
  readonly method: string;
  /** Path and query as they are on the wire. */
  readonly url: string;
  /** Without query, not decoded. */
  readonly path: string;
  readonly query: string;
  readonly protocol: string;
  /** Names in lower case; a header that was sent several times is joined with commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly sourceIp: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** Largest request of an HTTP API: 10 MB ("Quotas for HTTP APIs"). */
export const maximumRequestBytes = 10 * 1024 * 1024;

/** Reads a request; `undefined` when its body is larger than `maximumRequestBytes`. */
export const readRequest = async (message: IncomingMessage): Promise<GatewayRequest | undefined> => {
  const receivedAt = Date.now();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maximumRequestBytes) return undefined;
    chunks.push(chunk);
  }
  const url = message.url ?? '/';
  const question = url.indexOf('?');
  return {
    id: randomUUID(),
    method: message.method ?? 'GET',
    url,
    path: question < 0 ? url : url.slice(0, question),
    query: question < 0 ? '' : url.slice(question + 1),
    protocol: `HTTP/${message.httpVersion}`,
    headers: headersOf(message.rawHeaders),
    body: Buffer.concat(chunks),
    sourceIp: message.socket.remoteAddress ?? '127.0.0.1',
    receivedAt,
  };
};

const headersOf = (raw: readonly string[]): Record<string, string> => {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = String(raw[index]).toLowerCase();
    const value = String(raw[index + 1]);
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(headers);
};
