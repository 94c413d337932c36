import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomPassword } from '../../../../lib/platform/local/endpoints/random-password.ts';

describe('a generated password', () => {
  it('is 32 characters long with one of each type when nothing is said', () => {
    const password = randomPassword({});
    expect(password).toHaveLength(32);
    for (const type of [/[a-z]/, /[A-Z]/, /[0-9]/, /[!-/:-@[-`{-~]/]) expect(password).toMatch(type);
    expect(password).not.toContain(' ');
  });

  it('keeps to its rules', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 200 }),
        fc.boolean(),
        fc.string({ maxLength: 5 }),
        (length, excludePunctuation, excluded) => {
          const password = randomPassword({
            PasswordLength: length,
            ExcludePunctuation: excludePunctuation,
            ExcludeCharacters: excluded,
          });
          expect(password).toHaveLength(length);
          if (excludePunctuation) expect(password).toMatch(/^[A-Za-z0-9]+$/);
          for (const character of excluded) expect(password).not.toContain(character);
        },
      ),
    );
  });

  it('is refused where no character is left, or no room for one of each type', () => {
    expect(() =>
      randomPassword({
        ExcludeLowercase: true,
        ExcludeUppercase: true,
        ExcludeNumbers: true,
        ExcludePunctuation: true,
      }),
    ).toThrow('every character');
    expect(() => randomPassword({ PasswordLength: 3 })).toThrow('PasswordLength is 3');
  });
});
