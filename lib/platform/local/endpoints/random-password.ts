import { randomInt } from 'node:crypto';

/** `GenerateSecretString` of a secret; the same as the request of Secrets Manager's GetRandomPassword. */
export interface PasswordRules {
  /** 1 to 4,096. @default 32 */
  readonly PasswordLength?: number;
  readonly ExcludeCharacters?: string;
  readonly ExcludeLowercase?: boolean;
  readonly ExcludeNumbers?: boolean;
  readonly ExcludePunctuation?: boolean;
  readonly ExcludeUppercase?: boolean;
  readonly IncludeSpace?: boolean;
  /** @default true */
  readonly RequireEachIncludedType?: boolean;
}

const pick = (characters: string): string => characters.charAt(randomInt(characters.length));

/**
 * A random password by the rules of Secrets Manager.
 * @throws RangeError when the rules leave no characters or the length cannot hold one of each type
 */
export const randomPassword = (rules: PasswordRules): string => {
  const length = Number(rules.PasswordLength ?? 32);
  const excluded = new Set(rules.ExcludeCharacters ?? '');
  const types = [
    rules.ExcludeLowercase ? '' : 'abcdefghijklmnopqrstuvwxyz',
    rules.ExcludeUppercase ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    rules.ExcludeNumbers ? '' : '0123456789',
    rules.ExcludePunctuation ? '' : '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
    rules.IncludeSpace ? ' ' : '',
  ]
    .map((type) => [...type].filter((character) => !excluded.has(character)).join(''))
    .filter((type) => type !== '');
  const required = rules.RequireEachIncludedType === false ? [] : types;
  if (types.length === 0) throw new RangeError('GenerateSecretString excludes every character');
  if (!Number.isInteger(length) || length < Math.max(1, required.length) || length > 4096)
    throw new RangeError(
      `PasswordLength is ${length}; it must be a whole number from ${Math.max(1, required.length)} to 4096`,
    );
  const characters = required.map(pick);
  while (characters.length < length) characters.push(pick(types.join('')));
  for (let index = characters.length - 1; index > 0; index -= 1) {
    const other = randomInt(index + 1);
    [characters[index], characters[other]] = [characters[other] ?? '', characters[index] ?? ''];
  }
  return characters.join('');
};
