import { describe, expect, it, test } from '@jest/globals';
import { matchRoute, parseRouteKey } from '../../../../lib/platform/local/gateway/route.ts';

const routes = [
  'POST /events/{type}',
  'GET /pets/dog/1',
  'GET /pets/dog/{id}',
  'GET /pets/{proxy+}',
  'ANY /{proxy+}',
  '$default',
].map(parseRouteKey);
const matched = (method: string, path: string, among = routes) => {
  const match = matchRoute(among, method, path);
  return match && [match.route.key, match.parameters];
};

describe('a request is served by', () => {
  // The examples of the developer guide, "Create routes for HTTP APIs".
  test.each([
    ['GET', '/pets/dog/1', 'GET /pets/dog/1', {}],
    ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
    ['GET', '/pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
    ['POST', '/test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
    ['POST', '/events/order%2Eplaced', 'POST /events/{type}', { type: 'order.placed' }],
  ])('%s %s', (method, path, key, parameters) => {
    expect(matched(method, path)).toEqual([key, parameters]);
  });

  it('nothing, where no route fits', () => {
    const only = [parseRouteKey('POST /events/{type}')];
    expect(matched('GET', '/events/a', only)).toBeUndefined();
    expect(matched('POST', '/events', only)).toBeUndefined();
    expect(matched('POST', '/events/', only)).toBeUndefined();
    expect(matched('POST', '/events/a/b', only)).toBeUndefined();
  });
});

it('a route key that is none is an error', () => {
  expect(() => parseRouteKey('FETCH /x')).toThrow('FETCH /x');
});
