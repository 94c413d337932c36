import { describe, expect, it } from '@jest/globals';
import { readEvents as readFile } from '../../../../lib/platform/cli/demo/read-events.ts';

const readEvents = (text: string | Buffer) => readFile(Buffer.from(text), 'shop');

const problemsOf = (text: string | Buffer) => readEvents(text).badLines;

describe('an events file', () => {
  it('gives one event a line, with the type as routing key and a message id of its own', () => {
    const { events, badLines } = readEvents('{"type":"order.placed","data":{"a":1}}\n\n{"type":"x","data":null}\n');
    expect(badLines).toEqual([]);
    expect(events).toHaveLength(2);
    expect(events[0]).toMatchObject({
      exchange: 'shop',
      routingKey: 'order.placed',
      properties: { type: 'order.placed', contentType: 'application/json', deliveryMode: 2 },
      body: Buffer.from('{"a":1}'),
    });
    expect(events[0]?.properties.messageId).not.toBe(events[1]?.properties.messageId);
  });

  it('carries bytes, content type, headers and id as they are given', () => {
    const line = {
      type: 'photo.taken',
      bodyBase64: '/wD+',
      contentType: 'image/jpeg',
      id: 'photo-1',
      routingKey: 'photos.new',
      headers: { camera: 'front', nested: { list: [1, true, null] } },
    };
    expect(readEvents(JSON.stringify(line)).events).toEqual([
      {
        exchange: 'shop',
        routingKey: 'photos.new',
        properties: {
          messageId: 'photo-1',
          type: 'photo.taken',
          contentType: 'image/jpeg',
          deliveryMode: 2,
          appId: 'demo',
        },
        headers: line.headers,
        body: Buffer.from([0xff, 0x00, 0xfe]),
      },
    ]);
  });

  it('reports each bad line with its number and the reason, and reads the others', () => {
    const text = ['{"type":"a","data":1}', 'not json', '', '{"data":1}', '{"type":"a"}', '{"type":"b","data":1}'].join(
      '\n',
    );
    expect(readEvents(text).events).toHaveLength(2);
    expect(problemsOf(text)).toEqual([
      { line: 2, problem: expect.stringContaining('not JSON') },
      { line: 4, problem: expect.stringContaining('type') },
      { line: 5, problem: 'data: give exactly one of data and bodyBase64' },
    ]);
  });

  it.each([
    ['two bodies', '{"type":"a","data":1,"bodyBase64":"AA=="}', 'exactly one'],
    ['a body that is not base64', '{"type":"a","bodyBase64":"%%%"}', 'bodyBase64'],
    ['a misspelt field', '{"type":"a","data":1,"contenttype":"text/plain"}', 'contenttype'],
    ['a routing key longer than AMQP allows', `{"type":"a","data":1,"routingKey":"${'k'.repeat(256)}"}`, '255 bytes'],
    ['a priority beyond a byte', '{"type":"a","data":1,"priority":256}', '255'],
    ['something that is not an object', '[1]', 'object'],
  ])('refuses %s', (_, line, expected) => {
    expect(problemsOf(line)).toEqual([{ line: 1, problem: expect.stringContaining(expected) }]);
  });

  it('reads a file with Windows line ends and a byte order mark', () => {
    expect(readEvents('\ufeff{"type":"a","data":1}\r\n{"type":"b","data":2}\r\n')).toMatchObject({
      badLines: [],
      events: [{}, {}],
    });
  });

  it('publishes data as it was written, byte for byte', () => {
    const data = '{"n":9007199254740993, "amount":1.0,"amount":2.50}';
    expect(readEvents(`{"type":"a","data":${data}}`).events[0]?.body.toString()).toBe(data);
  });

  it('publishes nothing that is not the bytes of the file', () => {
    const text = Buffer.concat([Buffer.from('{"type":"a","data":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(problemsOf(text)).toEqual([{ line: 1, problem: 'not UTF-8' }]);
  });
});
