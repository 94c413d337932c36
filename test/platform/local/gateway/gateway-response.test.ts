import { expect, it, test } from '@jest/globals';
import { functionResponse } from '../../../../lib/platform/local/gateway/gateway-response.ts';

it('a response with a status is taken as it is', () => {
  const response = functionResponse(
    JSON.stringify({
      statusCode: 202,
      headers: { 'Content-Type': 'text/html', 'X-N': 1 },
      cookies: ['a=1', 'b=2'],
      body: 'aGk=',
      isBase64Encoded: true,
    }),
  );
  expect(response).toMatchObject({
    status: 202,
    headers: { 'content-type': 'text/html', 'x-n': '1', 'set-cookie': ['a=1', 'b=2'] },
  });
  expect(response?.body.toString()).toBe('hi');
});

it('anything else is the JSON of a 200', () => {
  expect(functionResponse('{"a":1}')).toMatchObject({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{"a":1}'),
  });
  expect(functionResponse('"hi"')?.body.toString()).toBe('hi');
});

test.each(['oops', '{"statusCode":"x"}', '{"statusCode":99}', '{"statusCode":200,"body":{}}'])(
  '%s is no response',
  (payload) => {
    expect(functionResponse(payload)).toBeUndefined();
  },
);
