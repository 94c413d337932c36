import { describe, expect, it } from '@jest/globals';
import { renderStatuses } from '../../../../../lib/platform/cli/mq/consumer/render.ts';
import type { ConsumerStatus } from '../../../../../lib/platform/operations/circuit/control-consumers.ts';

const status = (given: Partial<ConsumerStatus>): ConsumerStatus => ({
  consumer: 'orders',
  state: 'closed',
  since: Date.UTC(2026, 0, 2, 3, 4, 5),
  mappings: [{ id: 'm-1', queue: 'orders', state: 'Enabled', failing: false }],
  unmapped: [],
  ...given,
});

describe('the state of consumers', () => {
  it('reads as what it means', () => {
    expect(
      renderStatuses([
        status({}),
        status({
          consumer: 'send-mails',
          state: 'open',
          reason: '9 of 10 messages failed',
          until: Date.UTC(2026, 0, 2, 3, 6, 5),
          mappings: [
            {
              id: 'm-2',
              queue: 'send-mails',
              state: 'Disabling',
              reason: 'USER_INITIATED',
              lastResult: 'OK',
              failing: false,
            },
          ],
        }),
      ]),
    ).toBe(
      [
        'orders      gets messages',
        '            mapping m-1 of orders: Enabled',
        'send-mails  circuit open, gets no messages; since 2026-01-02T03:04:05Z; tries again at 2026-01-02T03:06:05Z; 9 of 10 messages failed',
        '            mapping m-2 of send-mails: Disabling, USER_INITIATED, OK',
        '',
      ].join('\n'),
    );
  });

  it('does not call a consumer well whose mapping Lambda has disabled', () => {
    const mapping = { id: 'm-1', queue: 'orders', state: 'Disabled', reason: 'EVENT_SOURCE_AUTHN_ERROR' };
    const rendered = (failing: boolean) => renderStatuses([status({ mappings: [{ ...mapping, failing }] })]);
    expect(rendered(true)).toContain('a mapping is disabled, and not by us');
    expect(rendered(false)).toContain('orders  gets messages');
  });

  it('does not call a consumer well whose queue nothing reads', () => {
    expect(renderStatuses([status({ mappings: [], unmapped: ['orders.1'] })])).toContain('nothing reads orders.1');
  });

  it('does not call a consumer well whose mapping cannot reach the broker', () => {
    const lastResult = 'PROBLEM: Connection error. connect ECONNREFUSED';
    const mapping = { id: 'm-1', queue: 'orders', state: 'Enabled', lastResult, failing: true };
    expect(renderStatuses([status({ mappings: [mapping] })])).toContain(
      'gets no messages: a mapping cannot reach the broker',
    );
  });

  it('says of each mapping which queue it reads: with shards there are several', () => {
    const mappings = [0, 1].map((index) => ({
      id: `m-${index}`,
      queue: `orders.shard-${index}`,
      state: 'Enabled',
      failing: false,
    }));
    expect(renderStatuses([status({ mappings })])).toBe(
      'orders  gets messages\n        mapping m-0 of orders.shard-0: Enabled\n        mapping m-1 of orders.shard-1: Enabled\n',
    );
  });

  it('of none is nothing', () => {
    expect(renderStatuses([])).toBe('');
  });
});
