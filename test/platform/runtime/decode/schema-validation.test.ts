import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { pathText, validated } from '../../../../lib/platform/runtime/decode/schema-validation.ts';
import { ValidationError } from '../../../../lib/platform/runtime/errors.ts';

const order = z.object({
  orderId: z.string(),
  lines: z.array(z.object({ sku: z.string(), quantity: z.number().transform((quantity) => quantity * 2) })),
});
const validate = (value: unknown) => validated(order['~standard'].validate(value) as never, undefined);

describe('validation', () => {
  it('says that the content type is why a body is no JSON, where it is', () => {
    const refused = (contentType: string | undefined, body: unknown) => () =>
      validated(order['~standard'].validate(body) as never, contentType);
    expect(refused('text/plain', '{"orderId":"a","lines":[]}')).toThrow(
      'the body: Invalid input: expected object, received string (it was read as text, not as JSON, because its content type is "text/plain")',
    );
    expect(refused('application/octet-stream', Buffer.from('{}'))).toThrow(
      'read as bytes, not as JSON, because its content type is "application/octet-stream"',
    );
    for (const contentType of ['application/json', undefined])
      expect(refused(contentType, 'a string')).toThrow(/received string$/);
  });

  it("gives the schema's output", () => {
    expect(validate({ orderId: 'a', lines: [{ sku: 's', quantity: 2 }], more: 1 })).toEqual({
      orderId: 'a',
      lines: [{ sku: 's', quantity: 4 }],
    });
  });

  it('names the path of each problem', () => {
    expect(() =>
      validate({
        orderId: 1,
        lines: [
          { sku: 's', quantity: 1 },
          { sku: 's', quantity: '2' },
        ],
      }),
    ).toThrow(
      /^the message does not match its schema: orderId: .*expected string.*; lines\[1\]\.quantity: .*expected number/,
    );
    expect(() => validate('text')).toThrow(/: the body: .*expected object/);
  });

  it('spells out five problems and counts the rest; the error has them all', () => {
    const lines = Array.from({ length: 9 }, () => ({ sku: 's', quantity: null }));
    try {
      validate({ orderId: 'a', lines });
      throw new Error('no error was thrown');
    } catch (error) {
      expect(error).toBeInstanceOf(ValidationError);
      expect((error as ValidationError).message).toMatch(/lines\[4\]\.quantity.*; and 4 more$/);
      expect((error as ValidationError).problems.map(({ path }) => path)).toContain('lines[8].quantity');
    }
  });

  it('writes paths as one would in code', () => {
    expect(pathText(['a', 0, { key: 'b' }, 'c d', Symbol('s')])).toBe('a[0].b["c d"][Symbol(s)]');
    expect(pathText(undefined)).toBe('');
  });
});
