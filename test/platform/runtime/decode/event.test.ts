import { describe, expect, it } from '@jest/globals';
import { parseEvent } from '../../../../lib/platform/runtime/decode/event.ts';
import { NotARabbitMqEventError } from '../../../../lib/platform/runtime/errors.ts';
import { fixture } from '../lambda-event.ts';

const documentation = fixture('documentation');
const madeUp = fixture('made-up');

const messageOf = (event: unknown): string => {
  try {
    parseEvent(event);
  } catch (error) {
    expect(error).toBeInstanceOf(NotARabbitMqEventError);
    return (error as Error).message;
  }
  throw new Error('no error was thrown');
};

describe('an event', () => {
  it('as documented gives the records of its queue', () => {
    const records = documentation.rmqMessagesByQueue['pizzaQueue::/'];
    expect(parseEvent(documentation)).toEqual([{ queue: 'pizzaQueue', vhost: '/', records }]);
  });

  it('may hold several queues, whose names may hold "::"', () => {
    expect(parseEvent(madeUp).map(({ queue, vhost, records }) => [queue, vhost, records.length])).toEqual([
      ['orders::eu', 'events', 2],
      ['other', '/', 0],
    ]);
  });

  it('may be empty', () => {
    expect(parseEvent({ eventSource: 'aws:rmq', rmqMessagesByQueue: {} })).toEqual([]);
  });
});

describe('what is not an event of RabbitMQ is refused, naming what came', () => {
  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['text', 'a value of type string'],
    [[], 'an array'],
    [{}, 'an empty object'],
    [{ Records: [{ eventSource: 'aws:sqs' }] }, 'Records of "aws:sqs"'],
    [{ Records: [{ EventSource: 'aws:sns' }] }, 'Records of "aws:sns"'],
    [{ eventSource: 'aws:amq', messages: [] }, '"aws:amq"'],
    [{ detail: {}, source: 'me' }, 'an object with the keys detail, source'],
    [{ eventSource: 'aws:rmq' }, 'rmqMessagesByQueue to be an object, got undefined'],
    [{ eventSource: 'aws:rmq', rmqMessagesByQueue: { 'q::/': 'x' } }, 'rmqMessagesByQueue["q::/"] to be an array'],
    [{ eventSource: 'aws:rmq', rmqMessagesByQueue: { queue: [] } }, '"queue"'],
    [{ eventSource: 'aws:rmq', rmqMessagesByQueue: { '::/': [] } }, '"::/"'],
  ])('%j', (event, named) => {
    expect(messageOf(event)).toContain(named);
  });
});
