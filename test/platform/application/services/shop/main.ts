import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { connectionSettings, createEventPublisher, createPublisher } from '#publisher';

const publisher = createPublisher(connectionSettings({ connectionName: 'shop' }), { log: console });
const events = createEventPublisher({ publisher, exchange: 'events', appId: 'shop' });

/** Publishes the thing that is posted, and answers once the broker has it. */
const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  try {
    const { status } = await events.publish({ type: 'thing.made', data: JSON.parse(await text(request)) });
    response.writeHead(status === 'confirmed' ? 202 : 503).end(status);
  } catch (error) {
    response.writeHead(400).end(String(error));
  }
};
const server = createServer((request, response) => void take(request, response));
server.listen(Number(process.env.PORT ?? 8080), () => console.log('listening', server.address()));

// ECS sends it when a task is to end. Who was let in gets an answer, which waits for the broker's; then the connection is closed.
process.once('SIGTERM', () => server.close(() => void publisher.close()));
