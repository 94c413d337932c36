import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { eventSources } from '../../../../lib/platform/cli/demo/event-sources.ts';
import { application } from '../../../../lib/platform/declaration/application.ts';
import { event } from '../../../../lib/platform/declaration/event.ts';

const events = {
  'car.left': event({ schema: z.unknown(), example: {} }),
  'car.entered': event({ schema: z.unknown(), example: {} }),
  'gate.opened': event({ schema: z.unknown(), example: {} }),
};
const app = application({
  name: 'parking',
  exchanges: { cars: { type: 'topic' }, gates: { type: 'direct' }, tagged: { type: 'headers' } },
  consumers: {
    bill: { on: { cars: ['car.left'] } },
    log: { on: { cars: ['car.*'], gates: ['gate.opened'] } },
  },
  publishers: {
    gate: { publishes: [{ exchange: 'gates' }, { exchange: 'cars', routingKeys: ['car.left', 'gate.#'] }] },
  },
});

describe('the events that a demo can publish', () => {
  it('go where their consumers are, as far as the publisher may', () => {
    const { sources, leftOut } = eventSources(app, events, 'gate');
    expect(sources.map(({ type, exchange, consumers }) => ({ type, exchange, consumers }))).toEqual([
      { type: 'car.left', exchange: 'cars', consumers: ['bill', 'log'] },
      { type: 'gate.opened', exchange: 'gates', consumers: ['log'] },
    ]);
    expect(leftOut).toEqual([{ type: 'car.entered', why: 'no consumer gets it' }]);
  });

  it('are left out where their receivers depend on headers, and it is said why', () => {
    const tagging = {
      ...app,
      consumers: { tags: { bindings: [{ exchange: 'tagged', arguments: { 'x-match': 'all', kind: 'car' } }] } },
      publishers: { gate: { publishes: [{ exchange: 'tagged' }] } },
    };
    const { sources, leftOut } = eventSources(tagging, { 'car.left': events['car.left'] }, 'gate');
    expect(sources).toEqual([]);
    expect(leftOut).toEqual([{ type: 'car.left', why: expect.stringContaining('its type is headers') }]);
  });
});
