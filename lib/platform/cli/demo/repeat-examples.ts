import type { Events } from '../../declaration/event.ts';
import type { DemoDomain } from './demo-domain.ts';
import type { DemoEvent } from './demo-event.ts';
import { seededRandom } from './random.ts';

/** Of a hundred events. */
const duplicates = 5;

/** Makes events for the demo of an application's examples, all types alike often; some are published twice. Without events it makes none. */
export const repeatExamples =
  (events: Events, { exchange }: { readonly exchange: string }): DemoDomain['generate'] =>
  (count, seed) => {
    const random = seededRandom(seed);
    const types = Object.entries(events);
    const made: DemoEvent[] = [];
    while (types.length > 0 && made.length < count) {
      const [type, { example }] = random.pick(types);
      const earlier = made.length > 0 && random.below(100) < duplicates ? random.pick(made) : undefined;
      made.push(earlier ?? eventOf(exchange, type, example, random.uuid()));
    }
    return made;
  };

const eventOf = (exchange: string, type: string, example: unknown, messageId: string): DemoEvent => ({
  exchange,
  routingKey: type,
  properties: { messageId, type, contentType: 'application/json', deliveryMode: 2, appId: 'demo' },
  headers: {},
  body: Buffer.from(JSON.stringify(example)),
});
