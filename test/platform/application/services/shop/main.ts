import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { connectionSettings, createEventPublisher, createPublisher } from '#publisher';

const publisher = createPublisher(connectionSettings({ connectionName: 'shop' }), { log: console });
const events = createEventPublisher({ publisher, exchange: 'events', appId: 'shop' });

/** Publishes each thing that is posted, and answers once the broker has it. */
const server = createServer(async (request, response) => {
  try {
    const thing = JSON.parse(await text(request));
    const result = await events.publish({ type: 'thing.made', data: { type: 'thing.made', ...thing } });
    response.writeHead(result.status === 'confirmed' ? 202 : 503).end(`${result.status}\n`);
  } catch (error) {
    response.writeHead(400).end(`${String(error)}\n`);
  }
});
server.listen(Number(process.env.PORT ?? 8080), () => {
  const address = server.address();
  console.log(`listening on port ${typeof address === 'object' ? address?.port : address}`);
});

// ECS sends it, and ends the process 30 seconds later unless the container's stopTimeout says otherwise.
process.once('SIGTERM', async () => {
  server.close();
  await publisher.close();
});
