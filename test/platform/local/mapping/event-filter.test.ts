import { expect, it } from '@jest/globals';
import { eventFilter } from '../../../../lib/platform/local/mapping/event-filter.ts';

const record = { eventName: 'INSERT', dynamodb: { NewImage: { colour: { S: 'dark red' } } } };

it.each([
  ['{"eventName":["INSERT"]}', true],
  ['{"eventName":["REMOVE","INSERT"]}', true],
  ['{"eventName":["REMOVE"]}', false],
  ['{"eventName":[{"anything-but":"REMOVE"}]}', true],
  ['{"eventName":[{"anything-but":["INSERT"]}]}', false],
  ['{"dynamodb":{"NewImage":{"colour":{"S":[{"prefix":"dark"}]}}}}', true],
  ['{"dynamodb":{"NewImage":{"colour":{"S":[{"prefix":"red"}]}}}}', false],
  ['{"dynamodb":{"OldImage":{"colour":{"S":[{"exists":false}]}}}}', true],
  ['{"eventName":["INSERT"],"userIdentity":{"type":["Service"]}}', false],
])('pattern %s lets an insert through: %s', (pattern, passes) => {
  expect(eventFilter([pattern])(record)).toBe(passes);
});

it('lets everything through without patterns, and what one of several fits', () => {
  expect(eventFilter([])(record)).toBe(true);
  expect(eventFilter(['{"eventName":["REMOVE"]}', '{"eventName":["INSERT"]}'])(record)).toBe(true);
});

it.each([
  ['{', 'is not JSON'],
  ['[]', 'is not an object'],
  ['{"eventName":"INSERT"}', '"eventName" of a filter pattern is "INSERT"; it takes a list'],
  ['{"n":[{"wildcard":"a*"}]}', '{"wildcard":"a*"} of a filter pattern is not supported on this machine'],
  ['{"n":[{"numeric":["=",1]}]}', 'numeric ["=",1] of a filter pattern is not supported on this machine'],
  ['{"n":[300]}', 'number 300 of a filter pattern is not supported on this machine; take numeric'],
  ['{"$or":{}}', '"$or" of a filter pattern is {}; it takes a list of patterns'],
])('refuses pattern %s: it would mean something else here', (pattern, problem) => {
  expect(() => eventFilter([pattern])).toThrow(problem);
});
