import { describe, expect, it } from '@jest/globals';
import { eventOfData, eventOfLine, eventOfWhole } from '../../../../../lib/platform/cli/mq/publish/event-of-line.ts';

const line = (text: string | Buffer | undefined, number = 7) => ({
  number,
  bytes: text === undefined ? undefined : Buffer.from(text),
});
const typed = { type: 'order.placed', exchange: 'shop', headers: { a: 'b' } };

describe('a line of the input', () => {
  it('is the data of an event of the given type, digit by digit', () => {
    const text = '{"amount": 12345678901234567890.10}';
    expect(eventOfLine(line(text), typed, 100)).toEqual({
      exchange: 'shop',
      event: {
        type: 'order.placed',
        routingKey: 'order.placed',
        data: Buffer.from(text),
        contentType: 'application/json',
        headers: { a: 'b' },
      },
    });
  });

  it('has an id of its own where one was given for all, the same each time', () => {
    expect(eventOfLine(line('1'), { ...typed, id: 'import' }, 100)).toMatchObject({ event: { id: 'import-7' } });
  });

  it('is an event of its own where no type was given', () => {
    const text = '{"type":"user.registered","data":{"id":1},"id":"u-1","exchange":"users","headers":{"x":1}}';
    expect(eventOfLine(line(text), { headers: { a: 'b' }, delay: 3 }, 100)).toEqual({
      exchange: 'users',
      event: {
        type: 'user.registered',
        routingKey: 'user.registered',
        data: Buffer.from('{"id":1}'),
        contentType: 'application/json',
        id: 'u-1',
        headers: { a: 'b', x: 1 },
        delay: 3,
      },
    });
    const bytes = eventOfLine(line('{"type":"t","bodyBase64":"AAE="}'), { exchange: 'shop', headers: {} }, 100);
    expect(bytes).toMatchObject({ exchange: 'shop', event: { data: Buffer.from([0, 1]) } });
  });

  it('that is an event of its own has its data sent as it was written, byte for byte', () => {
    const data = '{ "b":12345678901234567890, "a":1.0, "a":-0, "2":1e400, "1":"\\u00e9 }" }';
    expect(
      eventOfLine(line(`{"data":0,"type":"t","data": ${data} }`), { exchange: 'shop', headers: {} }, 200),
    ).toMatchObject({
      event: { data: Buffer.from(data), contentType: 'application/json' },
    });
  });

  it('whose header has more digits than are exact says so', () => {
    const text = '{"type":"t","data":1,"headers":{"order":9007199254740993}}';
    expect(eventOfLine(line(text), { headers: {} }, 200)).toEqual({
      problem: expect.stringContaining('headers.order'),
    });
  });

  it.each([
    ['not JSON', '{"a":', 'not JSON: Unexpected end of JSON input'],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'not UTF-8'],
    ['too long', undefined, 'longer than 100 bytes'],
  ])('that is %s says so', (_, text, problem) => {
    expect(eventOfLine(line(text), typed, 100)).toEqual({ problem });
  });

  it('that has no exchange, where the application has none either, says so', () => {
    const problem = 'no exchange is named, and lib/app.ts declares none';
    expect(eventOfLine(line('{"type":"t","data":1}'), { headers: {} }, 100)).toEqual({ problem });
    expect(eventOfLine(line('1'), { type: 't', headers: {} }, 100)).toEqual({ problem });
  });

  it('that is no event says what is wrong with it', () => {
    expect(eventOfLine(line('{"data":1}'), { headers: {} }, 100)).toEqual({
      problem: expect.stringMatching(/^type: /),
    });
  });
});

describe('a single event', () => {
  it('has the given data, or whatever the file holds, byte for byte', () => {
    expect(eventOfData('{"n": 1.0}', 't', typed)).toMatchObject({ event: { data: Buffer.from('{"n": 1.0}') } });
    expect(eventOfWhole(Buffer.from([0xff]), 't', { headers: {}, routingKey: 'k', exchange: 'x' })).toEqual({
      exchange: 'x',
      event: {
        type: 't',
        routingKey: 'k',
        data: Buffer.from([0xff]),
        contentType: 'application/octet-stream',
        headers: {},
      },
    });
    expect(eventOfData('{', 't', typed)).toEqual({ problem: expect.stringMatching(/^--data is not JSON/) });
  });
});
