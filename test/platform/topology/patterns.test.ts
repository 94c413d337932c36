import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exactly, nothing, topicPattern } from '../../../lib/platform/topology/patterns.ts';
import { topicMatches } from './topic-matching.ts';

describe('a pattern made from names', () => {
  it('matches these names and no other, whatever characters they have', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 4 }),
        ([other = '', ...names]) => {
          const pattern = new RegExp(exactly(...names), 's');
          expect(names.every((name) => pattern.test(name))).toBe(true);
          expect(pattern.test(other)).toBe(false);
        },
      ),
    );
  });

  it('does not take the dot of a name for any character', () => {
    expect('aXb').not.toMatch(new RegExp(exactly('a.b')));
  });

  it('permits nothing when there are no names', () => {
    expect(exactly()).toBe(nothing);
    expect('amq.default').not.toMatch(new RegExp(nothing));
  });
});

describe('a topic binding key as a regular expression', () => {
  it('agrees with the matching of a topic exchange', () => {
    const word = fc.constantFrom('a', 'b', 'order');
    const pattern = fc.array(fc.oneof(word, fc.constantFrom('*', '#')), { minLength: 1, maxLength: 5 });
    const key = fc.array(word, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(pattern, key, (words, keyWords) => {
        const [bindingKey, routingKey] = [words.join('.'), keyWords.join('.')];
        expect([bindingKey, routingKey, new RegExp(`^${topicPattern(bindingKey)}$`).test(routingKey)]).toEqual([
          bindingKey,
          routingKey,
          topicMatches(bindingKey, routingKey),
        ]);
      }),
      { numRuns: 2000 },
    );
  });
});
