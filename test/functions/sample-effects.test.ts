import { describe, expect, it } from '@jest/globals';
import type { Row } from '#demo';
import { effects } from '../../functions/effects.ts';

const count = (consumer: string, rows: Row[]) => Object.fromEntries(effects[consumer]?.count(rows) ?? []);

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
