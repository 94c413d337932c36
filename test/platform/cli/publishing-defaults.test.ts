import { describe, expect, it } from '@jest/globals';
import { publishingDefaults } from '../../../lib/platform/cli/publishing-defaults.ts';

const app = {
  exchanges: { events: { type: 'topic' }, payments: { type: 'topic' } },
  publishers: {
    till: { publishes: [{ exchange: 'payments' }, { exchange: 'events' }] },
    scanner: { publishes: [{ exchange: 'events' }] },
  },
} as const;

describe('a command that publishes', () => {
  it('does it as the first publisher of the application, to an exchange that it may publish to', () => {
    expect(publishingDefaults(app)).toEqual({ username: 'till', exchange: 'payments' });
  });

  it('uses an exchange of the publisher that is named', () => {
    expect(publishingDefaults(app, 'scanner')).toEqual({ username: 'scanner', exchange: 'events' });
  });

  it('uses the first exchange of the application for a user who is no publisher of it', () => {
    expect(publishingDefaults(app, 'administrator')).toEqual({ username: 'administrator', exchange: 'events' });
    expect(publishingDefaults({ ...app, publishers: { clerk: { publishes: [] } } })).toEqual({
      username: 'clerk',
      exchange: 'events',
    });
  });

  it('has neither where the application declares none', () => {
    expect(publishingDefaults({ exchanges: {} })).toEqual({});
  });
});
