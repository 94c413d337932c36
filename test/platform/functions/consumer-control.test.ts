import { describe, expect, it } from '@jest/globals';
import { parseRequest } from '../../../lib/platform/functions/consumer-control/request.ts';

describe('what the function that controls consumers is asked for', () => {
  it.each([
    [{ source: 'aws.events', 'detail-type': 'Scheduled Event' }, { action: 'look' }],
    [{ action: 'status' }, { action: 'status' }],
    [
      { action: 'pause', consumer: 'a' },
      { action: 'pause', consumer: 'a', reason: 'paused by hand' },
    ],
    [
      { action: 'resume', consumer: 'a', reason: 'well again' },
      { action: 'resume', consumer: 'a', reason: 'well again' },
    ],
  ])('is understood: %j', (event, request) => {
    expect(parseRequest(event)).toEqual(request);
  });

  it.each([null, {}, { action: 'pause' }, { action: 'status', consumer: 1 }, { action: 'look' }])(
    'is refused: %j',
    (event) => {
      expect(() => parseRequest(event)).toThrow('it must be {"action":"pause"|"resume"|"status"');
    },
  );
});
