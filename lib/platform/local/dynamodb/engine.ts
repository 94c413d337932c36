import type { IncomingHttpHeaders } from 'node:http';
import dynalite from 'dynalite';

export interface EngineResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  /** JSON text. */
  readonly body: string;
}

/** Attribute values by attribute name, as they travel in JSON. */
export type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const ownHeaders: IncomingHttpHeaders = {
  'content-type': 'application/x-amz-json-1.0',
  // dynalite wants to see a signature but does not verify it.
  authorization: 'AWS4-HMAC-SHA256 Credential=front, SignedHeaders=host, Signature=none',
  'x-amz-date': '20260101T000000Z',
};

type Listener = (request: unknown, response: unknown) => void;

/**
 * dynalite's request listener, called within the process: what it listens for of a request and what it does to a
 * response is all that passes, so that a second hop through a socket costs nothing.
 */
export class Engine {
  readonly #listener: Listener;

  /** @param folder where tables are kept. @default in memory */
  constructor(folder?: string) {
    const times = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
    const server = dynalite(folder === undefined ? times : { ...times, path: folder });
    const [listener] = server.listeners('request');
    if (!listener) throw new Error('dynalite has changed: its server has no request listener');
    this.#listener = listener as Listener;
  }

  /** Passes on a request as it came. */
  forward(method: string, headers: IncomingHttpHeaders, url: string, body: Buffer): Promise<EngineResponse> {
    return new Promise((resolve) => {
      const listeners: Record<string, (data?: Buffer) => void> = {};
      const request = {
        method,
        headers,
        url,
        on: (event: string, listener: (data?: Buffer) => void) => {
          listeners[event] = listener;
        },
        removeAllListeners: () => undefined,
      };
      const responseHeaders: Record<string, string | number> = {};
      const response = {
        statusCode: 200,
        setHeader: (name: string, value: string | number) => {
          responseHeaders[name] = value;
        },
        end: (text = '') => resolve({ status: response.statusCode, headers: responseHeaders, body: text }),
      };
      this.#listener(request, response);
      if (body.length > 0) listeners.data?.(body);
      listeners.end?.();
    });
  }

  /** An operation of the front's own. Resolves to the parsed answer also when it is an error (`__type`). */
  async call(operation: string, input: unknown): Promise<Record<string, unknown>> {
    const headers = { ...ownHeaders, 'x-amz-target': `DynamoDB_20120810.${operation}` };
    const response = await this.forward('POST', headers, '/', Buffer.from(JSON.stringify(input)));
    return JSON.parse(response.body) as Record<string, unknown>;
  }
}
