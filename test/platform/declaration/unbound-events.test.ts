import { describe, expect, it } from '@jest/globals';
import type { Application } from '../../../lib/platform/declaration/application.ts';
import { unboundEvents } from '../../../lib/platform/declaration/unbound-events.ts';

const parking: Application = {
  name: 'parking',
  exchanges: { events: { type: 'topic' }, gates: { type: 'topic' } },
  consumers: { bill: { on: { events: ['car.left'] } } },
};
const unbound = (app: Partial<Application>, type = 'car.entered') => unboundEvents({ ...parking, ...app }, [type]);

describe('an event that is declared', () => {
  it('and that nobody gets is told by name, with the line to add', () => {
    expect(unboundEvents(parking, ['car.left', 'car.entered']).map(({ warning }) => warning)).toEqual([
      "functions/events.ts declares 'car.entered', and no consumer in lib/app.ts gets it: published, it would be returned as unroutable. To a consumer that is to get it, add on: { events: ['car.entered'] }",
    ]);
  });

  it.each<[string, Partial<Application>]>([
    ['a pattern', { consumers: { log: { on: { events: ['car.*'] } } } }],
    ['any exchange', { consumers: { log: { on: { gates: ['car.entered'] } } } }],
    [
      'exchanges that feed each other',
      {
        exchanges: {
          events: { type: 'topic' },
          gates: { type: 'fanout', bindings: [{ exchange: 'events', routingKey: '#' }] },
        },
        consumers: { log: { on: { gates: [''] } } },
      },
    ],
    ['shards', { consumers: { log: { on: { events: ['#'] }, shards: { count: 2, by: 'routing-key' } } } }],
    [
      'an additional binding',
      {
        additional: {
          queues: [{ name: 'archive' }],
          bindings: [{ source: 'events', destination: 'archive', routingKey: 'car.#' }],
        },
      },
    ],
    [
      'an additional exchange',
      {
        additional: {
          exchanges: [{ name: 'legacy', type: 'direct' }],
          queues: [{ name: 'archive' }],
          bindings: [{ source: 'legacy', destination: 'archive', routingKey: 'car.entered' }],
        },
      },
    ],
    [
      'an alternate exchange',
      {
        exchanges: { events: { type: 'topic', arguments: { 'alternate-exchange': 'rest' } }, rest: { type: 'fanout' } },
      },
    ],
    [
      'an alternate exchange by policy',
      {
        additional: {
          exchanges: [{ name: 'rest', type: 'fanout' }],
          policies: [
            {
              name: 'rest',
              pattern: '^events$',
              applyTo: 'exchanges',
              priority: 5,
              definition: { 'alternate-exchange': 'rest' },
            },
          ],
        },
      },
    ],
    [
      'a headers exchange, which looks at more than the type',
      {
        exchanges: { events: { type: 'headers' } },
        consumers: { log: { bindings: [{ exchange: 'events', arguments: { 'x-match': 'all', kind: 'car' } }] } },
      },
    ],
  ])('counts as bound by %s', (_, app) => {
    expect(unbound(app)).toEqual([]);
  });

  it('is unbound where exchanges that feed each other go round and reach no queue', () => {
    const exchanges = {
      events: { type: 'topic', bindings: [{ exchange: 'gates', routingKey: '#' }] },
      gates: { type: 'topic', bindings: [{ exchange: 'events', routingKey: '#' }] },
    } as const;
    expect(unbound({ exchanges })).toHaveLength(1);
  });
});
