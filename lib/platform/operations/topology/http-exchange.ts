import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/**
 * A connection that had been kept open from an earlier request ended before any byte of an answer came. The server closed
 * it, most likely while the request was on its way; whether it has read the request cannot be known.
 * https://nodejs.org/api/http.html#requestreusedsocket
 */
export class StaleConnectionError extends Error {
  override readonly name = 'StaleConnectionError';
}

/**
 * One request and its whole answer.
 * @throws {StaleConnectionError}
 * @throws the error of the network
 */
export function exchange(options: RequestOptions, payload: Buffer | undefined): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const request = (options.protocol === 'https:' ? httpsRequest : httpRequest)(options);
  let timedOut = false;
  let readBefore = 0;
  request.on('socket', ({ bytesRead }) => {
    readBefore = bytesRead;
  });
  request.on('response', (response) => {
    readText(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
  });
  request.on('timeout', () => {
    timedOut = true;
    request.destroy(new Error(`no answer within ${options.timeout} ms`));
  });
  request.on('error', (error: Error) => {
    const stale = request.reusedSocket && !timedOut && request.socket?.bytesRead === readBefore;
    reject(stale ? new StaleConnectionError(error.message, { cause: error }) : error);
  });
  request.end(payload);
  return promise;
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
