import type { MessagePublisher } from '../../runtime/publisher.ts';
import type { DemoEvent } from './demo-event.ts';
import type { PublishedEvent } from './ledger.ts';

const eventsPerCall = 250;

/** Publishes in order and notes what the publisher was told about each event. */
export const publishEvents = async (
  publisher: MessagePublisher,
  events: readonly DemoEvent[],
  onProgress: (published: number) => void,
): Promise<PublishedEvent[]> => {
  const published: PublishedEvent[] = [];
  for (let first = 0; first < events.length; first += eventsPerCall) {
    const slice = events.slice(first, first + eventsPerCall);
    const timestamp = new Date();
    const results = await publisher.publish(
      slice.map((event) => ({ ...event, properties: { timestamp, ...event.properties } })),
    );
    results.forEach((result, index) => {
      published.push({
        id: slice[index]?.properties.messageId ?? '',
        status: result.status,
        ...('error' in result && { problem: result.error.message }),
      });
    });
    onProgress(published.length);
  }
  return published;
};
