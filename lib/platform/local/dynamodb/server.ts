import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Authorizer, Front } from './front.ts';
import type { FromServer, ToServer } from './protocol.ts';

/** Process of the local DynamoDB. Started by `startDynamoDb`. Without a folder everything is in memory and gone with the process. */

const maxRequestBytes = 16 * 1024 * 1024;

const send = (message: FromServer): void => {
  process.send?.(message);
};

// Ctrl-C goes to the whole process group, but whoever still works needs the tables: the parent says when it is over.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));

const questions = new Map<number, (denial: string | undefined) => void>();
const allowed = new Set<string>();
let lastQuestion = 0;

const ask: Authorizer = (accessKeyId, action, resource) =>
  new Promise((resolve) => {
    const question = ++lastQuestion;
    questions.set(question, resolve);
    send({ type: 'authorize', question, accessKeyId, action, resource });
  });

/** Asks the parent. What is allowed is remembered; what is denied may have been asked before its policy was there. */
const authorize: Authorizer = async (accessKeyId, action, resource) => {
  const key = `${accessKeyId} ${action} ${resource}`;
  if (allowed.has(key)) return undefined;
  const denial = await ask(accessKeyId, action, resource);
  if (denial === undefined) allowed.add(key);
  return denial;
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxRequestBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const handle = async (front: Front, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const body = await bodyOf(request);
  if (!body) {
    response.writeHead(413, { connection: 'close' }).end();
    return;
  }
  const { method = '', url = '/', headers } = request;
  const answer = await front.handle({ method, url, headers, body });
  response.writeHead(answer.status, answer.headers).end(answer.body);
};

const start = ({ port, region, accountId, authorized, sweepSeconds, folder }: ToServer & { type: 'start' }): void => {
  const front = new Front({ region, accountId }, authorized ? authorize : undefined, Date.now, folder);
  const server = createServer((request, response) => {
    handle(front, request, response).catch((error: unknown) => {
      // A client that went away in the middle of its request is its own business.
      if (request.destroyed && !request.complete) return;
      console.error('local DynamoDB:', error);
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(
        JSON.stringify({ __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message: String(error) }),
      );
    });
  });
  // Longer than any client keeps a connection: one that we close at the wrong moment costs the client a retry.
  server.keepAliveTimeout = 120_000;
  server.on('error', (error) => send({ type: 'failed', message: error.message }));
  server.listen(port, '127.0.0.1', () => send({ type: 'listening', port: (server.address() as AddressInfo).port }));

  const sweep = (): void => {
    setTimeout(() => {
      front
        .sweep(Date.now())
        .catch((error: unknown) => console.error('local DynamoDB, deletion of expired items:', error))
        .finally(sweep);
    }, sweepSeconds * 1000);
  };
  sweep();
};

process.on('message', (message: ToServer) => {
  if (message.type === 'start') start(message);
  else if (message.type === 'forget-decisions') allowed.clear();
  else {
    questions.get(message.question)?.(message.denial);
    questions.delete(message.question);
  }
});
