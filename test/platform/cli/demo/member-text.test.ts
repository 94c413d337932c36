import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { memberText } from '../../../../lib/platform/cli/demo/member-text.ts';

describe('the text of a member', () => {
  it('is what was written, whatever stands around it', () => {
    const name = fc.string().filter((text) => text !== 'wanted');
    const spaces = fc.constantFrom('', ' ', '\t', '\n ');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(name, fc.jsonValue()), { maxLength: 4 }),
        fc.array(fc.tuple(name, fc.jsonValue()), { maxLength: 4 }),
        fc.json({ stringUnit: 'binary' }),
        spaces,
        (before, after, wanted, space) => {
          const member = ([key, value]: [string, unknown]) => `${space}${JSON.stringify(key)}:${JSON.stringify(value)}`;
          const members = [...before.map(member), `"wanted"${space}:${space}${wanted}${space}`, ...after.map(member)];
          const text = `${space}{${members.join(',')}}`;
          expect(JSON.parse(text)).toHaveProperty('wanted');
          expect(memberText(text, 'wanted')).toBe(wanted);
        },
      ),
    );
  });

  it.each([
    ['the last of two', '{"a":1,"a":2.0}', '2.0'],
    ['that of an escaped name', '{"\\u0061":[1, 2]}', '[1, 2]'],
    ['none of a member within', '{"b":{"a":1},"c":["a",{"a":2}],"d":"a"}', undefined],
    ['none of an empty object', '{}', undefined],
  ])('is %s', (_, text, expected) => {
    expect(memberText(text, 'a')).toBe(expected);
  });
});
