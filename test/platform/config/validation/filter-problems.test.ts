import { describe, expect, it, test } from '@jest/globals';
import { type BodyPattern, filterPattern, type MessageFilter } from '../../../../lib/platform/config/message-filter.ts';
import { filterProblems } from '../../../../lib/platform/config/validation/filter-problems.ts';

const problems = (...patterns: readonly unknown[]): readonly string[] =>
  filterProblems('filter', { unmatched: 'deleted', patterns: patterns as readonly BodyPattern[] });

describe('a filter is refused that would delete messages which were meant', () => {
  it.each<[string, unknown, string]>([
    [
      'by the way a publisher writes a number',
      { price: [300] },
      "filter.patterns[0].price is compared with the number 300; Lambda compares its text, so that a message with 300.0 would be deleted: take { numeric: ['>=', 300, '<=', 300] }",
    ],
    [
      'by the same, in other words',
      { price: [{ numeric: ['=', 300] }] },
      `filter.patterns[0].price.numeric is ["=",300]; take one or two of '>', '>=', '<', '<=', each with a number`,
    ],
    [
      'because a field holds an object',
      { customer: { address: [{ exists: true }] } },
      'filter.patterns[0].customer.address uses exists: true; where the field holds an object or a list Lambda finds nothing and deletes the message: compare a field inside it',
    ],
    [
      'by an operator of EventBridge that Lambda does not document',
      { file: [{ wildcard: '*.png' }] },
      'filter.patterns[0].file uses wildcard; Lambda documents equals-ignore-case, prefix, suffix, anything-but, numeric, exists, and what it does not understand matches no message',
    ],
    [
      'because nothing can match',
      { type: [] },
      'filter.patterns[0].type is an empty list; no message could match, all would be deleted',
    ],
    ['because it says nothing', {}, 'filter.patterns[0] is empty; name the fields that decide'],
    [
      'inside an alternative',
      { $or: [{ type: ['a'] }, { size: [5] }] },
      "filter.patterns[0].$or[1].size is compared with the number 5; Lambda compares its text, so that a message with 5.0 would be deleted: take { numeric: ['>=', 5, '<=', 5] }",
    ],
    [
      'because it is longer than Lambda takes',
      { type: ['x'.repeat(4096)] },
      'filter.patterns[0] has 4118 characters; Lambda takes at most 4096',
    ],
  ])('%s', (_, pattern, problem) => {
    expect(problems(pattern)).toEqual([problem]);
  });

  it('or that was not meant to delete any', () => {
    const filter = { unmatched: 'kept', patterns: [{ type: ['a'] }] } as unknown as MessageFilter;
    expect(filterProblems('filter', filter)).toEqual([
      'filter.unmatched is "kept"; say \'deleted\': the mapping acknowledges them',
    ]);
  });

  it('or that has more patterns than Lambda takes', () => {
    expect(problems(...Array.from({ length: 6 }, () => ({ type: ['a'] })))).toEqual([
      'filter.patterns has 6 items; Lambda takes 1 to 5',
    ]);
    expect(problems()).toEqual(['filter.patterns has 0 items; Lambda takes 1 to 5']);
  });
});

test('what Lambda documents is taken', () => {
  const pattern: BodyPattern = {
    type: ['order.placed', { prefix: 'order.' }, { suffix: '.placed' }, { 'equals-ignore-case': 'ORDER' }, null, true],
    customer: { country: [{ 'anything-but': ['AT', 1] }], vip: [{ exists: false }] },
    total: [{ numeric: ['>', 0, '<=', 100] }],
    $or: [{ a: ['x'] }, { b: ['y'] }],
  };
  expect(problems(pattern)).toEqual([]);
  expect(JSON.parse(filterPattern(pattern))).toEqual({ data: pattern });
});
