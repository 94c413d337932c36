import { describe, expect, it } from '@jest/globals';
import { encodeMessage } from '../../../../lib/platform/runtime/amqp/message-encoding.ts';
import { findReturned, type SentMessage } from '../../../../lib/platform/runtime/amqp/returned-message.ts';
import type { OutgoingMessage } from '../../../../lib/platform/runtime/publisher.ts';

const sent = (change: Partial<OutgoingMessage> = {}): SentMessage & { returned?: unknown } => {
  const message = { exchange: 'x', routingKey: 'k', properties: {}, headers: {}, body: Buffer.from('b'), ...change };
  return { message, options: encodeMessage(message, { maximumBodyBytes: 1000 }) };
};
const back = ({ message }: SentMessage, headers: Record<string, unknown> = {}) => ({
  fields: { exchange: message.exchange, routingKey: message.routingKey, replyCode: 312, replyText: 'NO_ROUTE' },
  properties: { messageId: message.properties.messageId, headers },
  content: message.body,
});

describe('a returned message', () => {
  it('is told from others by id, routing key, exchange and body', () => {
    const all = [
      sent({ properties: { messageId: '1' } }),
      sent({ properties: { messageId: '2' } }),
      sent({ routingKey: 'other' }),
      sent({ exchange: 'other' }),
      sent({ body: Buffer.from('c') }),
      sent(),
    ];
    for (const one of all) expect(findReturned(back(one), all)).toBe(one);
  });

  it('is told from others by its headers, of whatever type: a headers exchange routes by them', () => {
    const headers = {
      'x-match': 'b',
      at: new Date(5000),
      bytes: Buffer.from('x'),
      table: { list: [1, { deep: true }] },
    };
    const all = [sent({ headers: { ...headers, 'x-match': 'a' } }), sent({ headers }), sent()];
    const decoded = { ...headers, at: { '!': 'timestamp', value: 5 } };
    expect(findReturned(back(sent(), decoded), all)).toBe(all[1]);
  });

  it('is the oldest of several that are alike and have not been returned yet', () => {
    const all = [{ ...sent(), returned: {} }, sent(), sent()];
    expect(findReturned(back(sent()), all)).toBe(all[1]);
  });

  it('is nobody when nothing alike was sent', () => {
    expect(findReturned(back(sent({ routingKey: 'z' })), [sent()])).toBe(undefined);
  });
});
