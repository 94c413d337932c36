import { describe, expect, it } from '@jest/globals';
import { doneClaims } from '../../../../lib/platform/cli/demo/done-claims.ts';
import { type Row, sampleEffects } from '../../../../lib/platform/cli/demo/sample-effects.ts';

const claim = (id: string, state: string, turn: number) => ({
  id: { S: id },
  state: { S: state },
  turn: { N: String(turn) },
  owner: { S: 'o' },
  lease: { N: '0' },
  crashes: { N: '0' },
  expiry: { N: '1' },
});
const count = (consumer: string, rows: Row[]) => Object.fromEntries(sampleEffects[consumer]?.count(rows) ?? []);

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

describe('the effects of the sample consumers', () => {
  const order = (writes: number, ...messages: string[]) => ({
    writes: { N: String(writes) },
    writtenBy: { SS: messages },
  });

  it('are one write per message that wrote an order', () => {
    expect(count('fulfil-order', [order(1, 'a'), order(2, 'b', 'c')])).toEqual({ a: 1, b: 1, c: 1 });
  });

  it('show when an order was written more often than there were messages', () => {
    expect(count('fulfil-order', [order(3, 'a', 'b')])).toEqual({ a: 2, b: 1 });
  });

  it('are the deliveries of a message, the most frequent channel counting', () => {
    const delivery = (key: string, sends: number) => ({ idempotencyKey: { S: key }, sends: { N: String(sends) } });
    expect(
      count('send-welcome', [
        delivery('a:email', 1),
        delivery('a:sms', 1),
        delivery('b:email', 1),
        delivery('b:sms', 2),
      ]),
    ).toEqual({ a: 1, b: 2 });
  });

  it('are the rows of the audit log', () => {
    expect(count('audit-log', [{ messageId: { S: 'a' } }])).toEqual({ a: 1 });
  });
});
