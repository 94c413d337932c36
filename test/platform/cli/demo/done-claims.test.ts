import { describe, expect, it } from '@jest/globals';
import { doneClaims } from '../../../../lib/platform/cli/demo/done-claims.ts';

const claim = (id: string, state: string, turn: number) => ({
  id: { S: id },
  state: { S: state },
  turn: { N: String(turn) },
  owner: { S: 'o' },
  lease: { N: '0' },
  crashes: { N: '0' },
  expiry: { N: '1' },
});

describe('the claim table', () => {
  it('says which messages are done, at which attempt, and for whom, and leaves out who has none', () => {
    const done = doneClaims([
      claim('fulfil-order#a', 'DONE', 1),
      claim('fulfil-order#id#with#hashes', 'DONE', 3),
      claim('send-welcome#a', 'DONE', 20_002),
      claim('send-welcome#b', 'FORWARDED', 5),
      claim('send-welcome#c', 'IN_PROGRESS', 1),
      claim('ship-order#a', 'RELEASED', 1),
    ]);
    expect(Object.fromEntries(done)).toEqual({
      'fulfil-order': [
        { id: 'a', attempt: 1 },
        { id: 'id#with#hashes', attempt: 3 },
      ],
      'send-welcome': [{ id: 'a', attempt: 2 }],
    });
  });
});
