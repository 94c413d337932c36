import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { authorize } from '../../../../lib/platform/local/iam/authorize.ts';
import type { PolicyStatement } from '../../../../lib/platform/local/iam/policy-statement.ts';
import { matchesWildcard } from '../../../../lib/platform/local/iam/wildcard.ts';

const orders = 'arn:aws:dynamodb:us-east-1:123456789012:table/Orders';
const claims = 'arn:aws:dynamodb:us-east-1:123456789012:table/Claims';
const allow = (over: Partial<PolicyStatement> = {}): PolicyStatement => ({
  Effect: 'Allow',
  Action: 'dynamodb:UpdateItem',
  Resource: orders,
  ...over,
});
const allowed = (statements: PolicyStatement[], action = 'dynamodb:UpdateItem', resource = orders) =>
  authorize(statements, action, resource).allowed;

describe('an action', () => {
  it('is denied without a statement, in the words of AWS', () => {
    const principal = 'arn:aws:sts::123456789012:assumed-role/FulfilOrderRole/fulfil-order';
    expect(authorize([], 'dynamodb:UpdateItem', orders, { principal })).toEqual({
      allowed: false,
      code: 'AccessDeniedException',
      message: `User: ${principal} is not authorized to perform: dynamodb:UpdateItem on resource: ${orders} because no identity-based policy allows the dynamodb:UpdateItem action`,
    });
  });

  it('is allowed on the resource that a statement names and on no other', () => {
    expect(allowed([allow()])).toBe(true);
    expect(allowed([allow()], 'dynamodb:UpdateItem', claims)).toBe(false);
    expect(allowed([allow()], 'dynamodb:DeleteItem')).toBe(false);
    expect(allowed([allow()], 'dynamodb:UpdateItem', `${orders}/index/by-day`)).toBe(false);
  });

  it('is matched by wildcards, its name without regard to case, the resource with', () => {
    expect(allowed([allow({ Action: 'dynamodb:*Item' })])).toBe(true);
    expect(allowed([allow({ Action: ['s3:GetObject', 'DYNAMODB:updateitem'] })])).toBe(true);
    expect(allowed([allow({ Action: '*', Resource: 'arn:aws:dynamodb:*:*:table/Order?' })])).toBe(true);
    expect(allowed([allow({ Resource: orders.toLowerCase() })])).toBe(false);
    expect(allowed([allow({ Resource: 'arn:aws:dynamodb:us-east-1:123456789012:table.Orders' })])).toBe(false);
  });

  it('is denied by an explicit deny, whichever statement comes first, and the message says so', () => {
    const deny = allow({ Effect: 'Deny', Action: 'dynamodb:*' });
    for (const statements of [
      [allow(), deny],
      [deny, allow()],
    ])
      expect(authorize(statements, 'dynamodb:UpdateItem', orders)).toMatchObject({
        allowed: false,
        message: expect.stringContaining('with an explicit deny in an identity-based policy'),
      });
  });

  it('is allowed by NotAction and NotResource for all but what they name', () => {
    const { Action: _, ...withoutAction } = allow();
    expect(allowed([{ ...withoutAction, NotAction: 'dynamodb:Delete*' }])).toBe(true);
    expect(allowed([{ ...withoutAction, NotAction: 'dynamodb:Delete*' }], 'dynamodb:DeleteItem')).toBe(false);
    const { Resource: __, ...withoutResource } = allow();
    expect(allowed([{ ...withoutResource, NotResource: claims }])).toBe(true);
    expect(allowed([{ ...withoutResource, NotResource: claims }], 'dynamodb:UpdateItem', claims)).toBe(false);
  });

  it('is never allowed when a statement with the same pattern denies it', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('dynamodb:*', '*', 'dynamodb:UpdateItem', 's3:*'), { maxLength: 5 }),
        fc.constantFrom('dynamodb:*', '*', 'dynamodb:Update????'),
        fc.nat(5),
        (actions, denied, position) => {
          const statements = actions.map((Action) => allow({ Action, Resource: '*' }));
          statements.splice(position, 0, allow({ Effect: 'Deny', Action: denied }));
          expect(allowed(statements)).toBe(false);
        },
      ),
    ));
});

describe('a wildcard pattern', () => {
  it('matches a text exactly when a plain matcher does, whatever characters are in it', () => {
    const plain = (pattern: string, text: string): boolean => {
      if (pattern === '') return text === '';
      if (pattern[0] === '*') return plain(pattern.slice(1), text) || (text !== '' && plain(pattern, text.slice(1)));
      return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && plain(pattern.slice(1), text.slice(1));
    };
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '$', '\n'), maxLength: 6 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?', '[', '\\', '('), maxLength: 6 });
    fc.assert(fc.property(pattern, text, (p, t) => expect(matchesWildcard(p, t)).toBe(plain(p, t))));
    fc.assert(fc.property(text, (t) => expect(matchesWildcard(t, t)).toBe(true)));
  });
});

describe('a condition', () => {
  const when = (
    Condition: NonNullable<PolicyStatement['Condition']>,
    context: Record<string, string | string[] | undefined>,
  ) => authorize([allow({ Condition })], 'dynamodb:UpdateItem', orders, { context }).allowed;

  it.each<[string, NonNullable<PolicyStatement['Condition']>, boolean]>([
    ['StringEquals', { StringEquals: { 'aws:SourceAccount': '1' } }, true],
    ['StringEquals, one of several', { StringEquals: { 'aws:SourceAccount': ['2', '1'] } }, true],
    ['StringEquals, another', { StringEquals: { 'aws:SourceAccount': '2' } }, false],
    ['StringEquals, absent key', { StringEquals: { 'aws:SourceVpc': '1' } }, false],
    ['StringEqualsIfExists, absent key', { StringEqualsIfExists: { 'aws:SourceVpc': '1' } }, true],
    ['StringNotEquals', { StringNotEquals: { 'aws:SourceAccount': ['2', '3'] } }, true],
    ['StringNotEquals, one of several', { StringNotEquals: { 'aws:SourceAccount': ['2', '1'] } }, false],
    ['StringNotEquals, absent key', { StringNotEquals: { 'aws:SourceVpc': '1' } }, true],
    ['StringLike, key in other case', { StringLike: { 'AWS:principalarn': 'arn:aws:iam::*:role/Fulfil*' } }, true],
    ['StringNotLike', { StringNotLike: { 'aws:PrincipalArn': '*Order' } }, false],
    [
      'StringEqualsIgnoreCase',
      { StringEqualsIgnoreCase: { 'aws:PrincipalArn': 'ARN:aws:iam::1:role/fulfilorder' } },
      true,
    ],
    ['ArnLike', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' } }, true],
    ['ArnLike, star over a colon', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:*:role/*' } }, false],
    ['Bool', { Bool: { 'aws:SecureTransport': true } }, true],
    ['Bool, other value', { Bool: { 'aws:SecureTransport': 'false' } }, false],
    ['Null true, absent key', { Null: { 'aws:SourceVpc': 'true' } }, true],
    ['Null false, absent key', { Null: { 'aws:SourceVpc': 'false' } }, false],
    ['ForAllValues', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b', 'c'] } }, true],
    ['ForAllValues, one too many', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } }, false],
    ['ForAnyValue', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['b', 'z'] } }, true],
    [
      'two, one of which fails',
      { Bool: { 'aws:SecureTransport': 'true' }, StringEquals: { 'aws:SourceAccount': '2' } },
      false,
    ],
  ])('%s', (_, condition, holds) => {
    const context = {
      'aws:SourceAccount': '1',
      'aws:SourceVpc': undefined,
      'aws:PrincipalArn': 'arn:aws:iam::1:role/FulfilOrder',
      'aws:SecureTransport': 'true',
      'aws:TagKeys': ['a', 'b'],
    };
    expect(when(condition, context)).toBe(holds);
  });

  it('with an operator or a key that is not known here is an error that names it, never a pass', () => {
    expect(() =>
      when({ NumericLessThan: { 'aws:MultiFactorAuthAge': '5' } }, { 'aws:MultiFactorAuthAge': '3' }),
    ).toThrow('condition operator NumericLessThan is not supported here');
    expect(() => when({ StringEquals: { 'dynamodb:LeadingKeys': 'a' } }, {})).toThrow(
      'condition key dynamodb:LeadingKeys is not supported here',
    );
    expect(() => when({ constructor: { 'aws:SourceAccount': '1' } }, { 'aws:SourceAccount': '1' })).toThrow(
      'constructor',
    );
  });

  it('that fails does not hide an unknown operator beside it', () => {
    const condition = { StringEquals: { 'aws:SourceAccount': '2' }, DateLessThan: { 'aws:SourceAccount': '1' } };
    expect(() => when(condition, { 'aws:SourceAccount': '1' })).toThrow('DateLessThan');
  });
});

describe('a statement', () => {
  it.each<[string, object, RegExp]>([
    ['a member that is not known', { Principal: '*' }, /Principal is not supported/],
    ['neither Action nor NotAction', { Action: undefined }, /one of Action and NotAction/],
    ['both Resource and NotResource', { NotResource: '*' }, /one of Resource and NotResource/],
    ['an effect that is none', { Effect: 'allow' }, /Effect is allow/],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM's own syntax
    ['a policy variable', { Resource: 'arn:aws:s3:::${aws:username}/*' }, /policy variable/],
    ['an unresolved reference', { Resource: { 'Fn::GetAtt': ['Table', 'Arn'] } }, /not resolved/],
  ])('with %s is an error', (_, over, message) => {
    expect(() => allowed([{ ...allow(), ...over } as PolicyStatement])).toThrow(message);
  });
});
