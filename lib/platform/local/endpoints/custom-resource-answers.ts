import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { close, listen } from './aws-endpoint.ts';

/** What the function of a custom resource sends to its `ResponseURL`. */
export interface CustomResourceAnswer {
  readonly Status?: string;
  readonly Reason?: string;
  readonly PhysicalResourceId?: string;
  readonly Data?: Readonly<Record<string, unknown>>;
}

/** CloudFormation takes no longer answer. */
const maximumAnswerBytes = 4096;

/** The place to which functions send their answers; on AWS a presigned address in S3. */
export class CustomResourceAnswers {
  readonly #waiting = new Map<string, (answer: CustomResourceAnswer | Error) => void>();
  readonly #server = createServer((request, response) => {
    void this.#take(request).then((status) => response.writeHead(status).end());
  });
  #port = 0;

  async start(): Promise<void> {
    this.#port = await listen(this.#server);
  }

  stop(): void {
    close(this.#server);
  }

  /** An address for one answer, and the answer once it has come. An answer that cannot be read is an `Error`. */
  expect(): { readonly url: string; readonly answer: Promise<CustomResourceAnswer | Error> } {
    const id = randomUUID();
    const { promise, resolve } = Promise.withResolvers<CustomResourceAnswer | Error>();
    this.#waiting.set(id, resolve);
    return { url: `http://127.0.0.1:${this.#port}/${id}`, answer: promise };
  }

  async #take(request: IncomingMessage): Promise<number> {
    const id = (request.url ?? '').slice(1);
    const settle = this.#waiting.get(id);
    if (request.method !== 'PUT' || !settle) return 403;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    this.#waiting.delete(id);
    if (text.length > maximumAnswerBytes) {
      settle(new Error(`the answer is ${text.length} bytes; CloudFormation takes at most ${maximumAnswerBytes}`));
      return 200;
    }
    try {
      settle(JSON.parse(text) as CustomResourceAnswer);
    } catch (cause) {
      settle(new Error(`the answer is not JSON: ${text.slice(0, 200)}`, { cause }));
    }
    return 200;
  }
}
