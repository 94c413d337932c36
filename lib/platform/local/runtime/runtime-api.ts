import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FunctionError, type InvocationResult, maximumPayloadBytes } from './invocation.ts';

/** One invocation as the runtime process gets it. */
export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** JSON of the event. */
  readonly payload: string | Buffer;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
}

export interface RuntimeApiListener {
  /** The process asked for its first invocation: its handler has been loaded. */
  ready(): void;
  /** The handler could not be loaded. */
  initFailed(error: FunctionError): void;
  /** The process answered the invocation `requestId`. */
  answered(requestId: string, result: InvocationResult): void;
}

const body = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const functionError = (bytes: Buffer): FunctionError => {
  try {
    return JSON.parse(bytes.toString()) as FunctionError;
  } catch {
    return { errorType: 'Runtime.Unknown', errorMessage: bytes.toString() };
  }
};

const tooLarge = (bytes: number): FunctionError => ({
  errorType: 'Function.ResponseSizeTooLarge',
  errorMessage: `Response payload size is ${bytes} bytes; Lambda takes at most ${maximumPayloadBytes}`,
});

/**
 * Lambda's Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) for one runtime process,
 * on a free port of the loopback interface.
 */
export class RuntimeApi {
  readonly #listener: RuntimeApiListener;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #queued: Invocation | undefined;
  #waiting: ServerResponse | undefined;

  constructor(listener: RuntimeApiListener) {
    this.#listener = listener;
    // The process waits in `next` for as long as there is nothing to do.
    this.#server.requestTimeout = 0;
    this.#server.keepAliveTimeout = 0;
  }

  /** Starts to listen; returns `host:port` for `AWS_LAMBDA_RUNTIME_API`. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Hands an invocation to the process, now or as soon as it asks. One at a time. */
  send(invocation: Invocation): void {
    this.#queued = invocation;
    this.#deliver();
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #deliver(): void {
    if (!this.#queued || !this.#waiting) return;
    const { requestId, functionArn, payload, deadline } = this.#queued;
    this.#waiting.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(payload),
      'Lambda-Runtime-Aws-Request-Id': requestId,
      'Lambda-Runtime-Deadline-Ms': String(deadline),
      'Lambda-Runtime-Invoked-Function-Arn': functionArn,
      'Lambda-Runtime-Trace-Id': `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${requestId.replaceAll('-', '').slice(0, 24)};Sampled=0`,
    });
    this.#waiting.end(payload);
    this.#queued = undefined;
    this.#waiting = undefined;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace('/2018-06-01/runtime/', '');
    if (request.method === 'GET' && path === 'invocation/next') {
      this.#waiting = response;
      this.#listener.ready();
      this.#deliver();
      return;
    }
    let bytes: Buffer;
    try {
      bytes = await body(request);
    } catch {
      // The process died in mid-answer; its exit settles the invocation.
      response.destroy();
      return;
    }
    const [, id = '', kind] = /^invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    const known = kind !== undefined || path === 'init/error';
    response.writeHead(known ? 202 : 404, { 'Content-Type': 'application/json' }).end(known ? '{"status":"OK"}' : '{}');
    if (path === 'init/error') this.#listener.initFailed(functionError(bytes));
    else if (kind === 'error') this.#listener.answered(id, { status: 'failed', error: functionError(bytes) });
    else if (kind === 'response')
      this.#listener.answered(
        id,
        bytes.length > maximumPayloadBytes
          ? { status: 'failed', error: tooLarge(bytes.length) }
          : { status: 'succeeded', payload: bytes.toString() },
      );
  }
}
