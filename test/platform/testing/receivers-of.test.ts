import { expect, it } from '@jest/globals';
import { application } from '../../../lib/platform/declaration/application.ts';
import { receiversOf } from '../../../lib/platform/testing/receivers-of.ts';

it('the receivers of an event are the consumers that ask for it, by its type or in other words', () => {
  const app = application({
    name: 'shop',
    exchanges: { events: { type: 'topic' } },
    consumers: {
      orders: { on: { events: ['order.placed'] } },
      audit: { bindings: [{ exchange: 'events', routingKey: '#' }] },
      mail: { on: { events: ['user.registered'] } },
    },
  });
  expect(receiversOf(app, { exchange: 'events', routingKey: 'order.placed' })).toEqual(['orders', 'audit']);
});
