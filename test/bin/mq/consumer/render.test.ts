import { describe, expect, it } from '@jest/globals';
import { renderStatuses } from '../../../../bin/mq/consumer/render.ts';
import type { ConsumerStatus } from '../../../../lib/operations/circuit/control-consumers.ts';

const status = (given: Partial<ConsumerStatus>): ConsumerStatus => ({
  consumer: 'orders',
  state: 'closed',
  since: Date.UTC(2026, 0, 2, 3, 4, 5),
  switching: false,
  mappings: [{ id: 'm-1', state: 'Enabled' }],
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
          reason: '9 of 10 attempts failed',
          until: Date.UTC(2026, 0, 2, 3, 6, 5),
          switching: true,
          mappings: [{ id: 'm-2', state: 'Disabling', reason: 'USER_INITIATED', lastResult: 'OK' }],
        }),
      ]),
    ).toBe(
      [
        'orders      gets messages',
        '            mapping m-1: Enabled',
        'send-mails  circuit open, gets no messages; since 2026-01-02T03:04:05Z; tries again at 2026-01-02T03:06:05Z; 9 of 10 attempts failed',
        '            mapping m-2: Disabling, USER_INITIATED, OK',
        '',
      ].join('\n'),
    );
  });

  it('does not call a consumer well whose mapping Lambda has disabled', () => {
    const mappings = [{ id: 'm-1', state: 'Disabled', reason: 'EVENT_SOURCE_AUTHN_ERROR' }];
    expect(renderStatuses([status({ mappings })])).toContain('a mapping is disabled, and not by us');
    expect(renderStatuses([status({ mappings, switching: true })])).toContain('orders  gets messages');
  });

  it('of none is nothing', () => {
    expect(renderStatuses([])).toBe('');
  });
});
