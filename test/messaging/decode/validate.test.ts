import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { pathText, validated } from '../../../lib/messaging/decode/validate.ts';
import { ValidationError } from '../../../lib/messaging/errors.ts';

const order = z.object({
  orderId: z.string(),
  lines: z.array(z.object({ sku: z.string(), quantity: z.number().transform((quantity) => quantity * 2) })),
});
const validate = (value: unknown) => validated(order['~standard'].validate(value) as never);

describe('validation', () => {
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
