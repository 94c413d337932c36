import { describe, expect, it } from '@jest/globals';
import { filterPattern } from '../../../../lib/platform/config/message-filter.ts';
import { bodyFilter } from '../../../../lib/platform/local/mapping/body-filter.ts';

const order = {
  type: 'order.placed',
  total: 20,
  customer: { country: 'AT', name: 'Ada' },
  tags: ['new', 'gift'],
  lines: [{ sku: 'a' }, { sku: 'b' }],
  note: null,
};
const body = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

describe('of the operators that Lambda documents', () => {
  it.each<[string, object, boolean]>([
    ['equals', { type: ['order.placed'] }, true],
    ['equals, and not', { type: ['order.cancelled'] }, false],
    ['equals one of several', { type: ['order.cancelled', 'order.placed'] }, true],
    ['null', { note: [null] }, true],
    ['null, where there is a value', { type: [null] }, false],
    ['equals (ignore case)', { type: [{ 'equals-ignore-case': 'ORDER.Placed' }] }, true],
    ['not', { type: [{ 'anything-but': ['order.placed'] }] }, false],
    ['not, of a field that is not there', { other: [{ 'anything-but': ['x'] }] }, false],
    ['begins with', { type: [{ prefix: 'order.' }] }, true],
    ['ends with', { type: [{ suffix: '.placed' }] }, true],
    ['ends with, and does not', { type: [{ suffix: '.cancelled' }] }, false],
    ['numeric (range)', { total: [{ numeric: ['>', 10, '<=', 20] }] }, true],
    ['numeric (range), beyond it', { total: [{ numeric: ['>', 20] }] }, false],
    ['numeric, of a text', { type: [{ numeric: ['>', 0] }] }, false],
    ['exists', { type: [{ exists: true }] }, true],
    ['exists, of an object: not a leaf', { customer: [{ exists: true }] }, false],
    ['does not exist', { other: [{ exists: false }] }, true],
    ['does not exist, and does', { type: [{ exists: false }] }, false],
    ['and', { type: ['order.placed'], total: [{ numeric: ['>', 100] }] }, false],
    ['or (multiple fields)', { $or: [{ type: ['x'] }, { customer: { country: ['AT'] } }] }, true],
    ['a field in an object', { customer: { country: ['DE'] } }, false],
    ['an item of a list', { tags: ['gift'] }, true],
    ['a field of an object in a list', { lines: { sku: ['b'] } }, true],
  ])('%s', (_, pattern, passes) => {
    expect(bodyFilter([filterPattern(pattern as never)])(body(order))).toBe(passes);
  });
});

describe('a body', () => {
  it('passes that fits one of the patterns', () => {
    const filter = bodyFilter(['{"data":{"type":["a"]}}', '{"data":{"type":["b"]}}']);
    expect(['a', 'b', 'c'].map((type) => filter(body({ type })))).toEqual([true, true, false]);
  });

  it('of another format than the pattern passes: plain text one for JSON, JSON one for plain text', () => {
    expect(bodyFilter(['{"data":{"type":["a"]}}'])(body('Result: 1'))).toBe(true);
    const texts = bodyFilter(['{"data":[{"prefix":"Result: "}]}']);
    expect([texts(body('Result: 1')), texts(body('Error: 1')), texts(body({ type: 'a' }))]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('that is not UTF-8 passes every filter', () => {
    expect(bodyFilter(['{"data":{"type":["a"]}}'])(Buffer.from([0xff, 0xfe]))).toBe(true);
  });
});
