import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the endpoint does with one request: passes it on or not, answers it or not. */
export type Reaction = (request: {
  readonly body: string;
  forward(): Promise<Response>;
}) => Promise<{ readonly status: number; readonly body: string } | 'no answer' | 'hang'>;

/** For faults that no local store has: lost answers, silence, throttling. */
export const startScriptedEndpoint = async (upstream: string, react: Reaction) => {
  let requests = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests++;
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const headers = { ...(request.headers as Record<string, string>) };
    for (const name of ['connection', 'content-length', 'host', 'expect']) delete headers[name];
    const answer = await react({ body, forward: () => fetch(upstream, { method: 'POST', headers, body }) });
    if (answer === 'no answer') request.socket.destroy();
    else if (answer !== 'hang')
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(answer.body);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.writeHead(599).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** Answers as DynamoDB does. */
export const dynamoDbError = (code: string) => ({
  status: 400,
  body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: 'made up for a test' }),
});
