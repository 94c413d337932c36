import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RetryableError } from '../../../../lib/platform/runtime/errors.ts';
import { describeError } from '../../../../lib/platform/runtime/recover/describe-error.ts';
import { truncateUtf8 } from '../../../../lib/platform/runtime/truncate-utf8.ts';

describe('whatever is thrown can be described', () => {
  it('an error, by its class, its message and its stack with the causes', () => {
    const cause = new TypeError('socket closed');
    expect(describeError(new RetryableError('provider is away', { cause }))).toEqual({
      type: 'RetryableError',
      message: 'provider is away',
      stack: expect.stringMatching(
        /^RetryableError: provider is away\n.*\nCaused by: TypeError: socket closed\n {4}at /s,
      ),
    });
  });

  it.each([
    ['a string', 'string', 'a string'],
    [undefined, 'undefined', 'undefined'],
    [null, 'null', 'null'],
    [42, 'number', '42'],
    [Symbol('s'), 'symbol', 'Symbol(s)'],
    [Object.freeze({ code: 7 }), 'Object', '{ code: 7 }'],
    [{ message: 'no error, but it has one' }, 'Object', 'no error, but it has one'],
    [Object.create(null), 'object', '[Object: null prototype] {}'],
    [
      new (class HttpProblem {
        status = 503;
      })(),
      'HttpProblem',
      'HttpProblem { status: 503 }',
    ],
  ])('%p', (thrown, type, message) => {
    expect(describeError(thrown)).toEqual({ type, message });
  });

  it('an object that contains itself', () => {
    const thrown: Record<string, unknown> = { name: 'Loop' };
    thrown.self = thrown;
    expect(describeError(thrown)).toEqual({ type: 'Loop', message: expect.stringContaining('[Circular *1]') });
    const error = new Error('loop');
    error.cause = error;
    expect(describeError(error)).toMatchObject({ type: 'Error', message: 'loop' });
  });

  it('an error with a class of its own, a name of its own, or neither', () => {
    class OutOfStock extends Error {}
    expect(describeError(new OutOfStock('x')).type).toBe('OutOfStock');
    const named = new Error('x');
    named.name = 'ThrottlingException';
    expect(describeError(named).type).toBe('ThrottlingException');
    expect(describeError(new Error('x')).type).toBe('Error');
  });

  it('an error whose properties throw', () => {
    const error = new Error('x');
    for (const name of ['name', 'message', 'stack', 'cause', 'constructor']) {
      Object.defineProperty(error, name, {
        get() {
          throw new Error('do not look');
        },
      });
    }
    expect(describeError(error)).toEqual({ type: 'object', message: '' });
  });

  it('proxies, even revoked ones', () => {
    const hostile = new Proxy(
      {},
      {
        get() {
          throw new Error('do not look');
        },
        getPrototypeOf() {
          throw new Error('do not look');
        },
      },
    );
    expect(describeError(hostile)).toMatchObject({ type: 'object', message: expect.any(String) });
    const { proxy, revoke } = Proxy.revocable(new Error('x'), {});
    revoke();
    expect(describeError(proxy)).toMatchObject({ type: 'object', message: expect.any(String) });
  });

  it('5 MB of it, or a million times 5 MB, in bounded size', () => {
    const megabytes = 'x'.repeat(5_000_000);
    const error = Object.assign(new Error(megabytes), { response: megabytes });
    for (const thrown of [error, megabytes, { body: megabytes }, { list: new Array(1_000_000).fill(megabytes) }]) {
      const { type, message, stack = '' } = describeError(thrown);
      expect(Buffer.byteLength(type)).toBeLessThanOrEqual(200);
      expect(Buffer.byteLength(message)).toBeLessThanOrEqual(8192);
      expect(Buffer.byteLength(stack)).toBeLessThanOrEqual(24_576);
    }
  });

  it('anything else', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withProxy: true } as never), (thrown) => {
        expect(describeError(thrown)).toMatchObject({ type: expect.any(String), message: expect.any(String) });
      }),
    );
  });
});

describe('a truncated text', () => {
  it('is the longest beginning that fits, cuts no character and says that it was cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ü', '☃', '😀'), maxLength: 60 });
    fc.assert(
      fc.property(text, fc.nat(80), (text, limit) => {
        const cut = truncateUtf8(text, limit);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(limit);
        if (Buffer.byteLength(text) <= limit) {
          expect(cut).toBe(text);
          return;
        }
        if (limit <= 3) {
          expect(cut).toBe('');
          return;
        }
        expect(cut.endsWith('…')).toBe(true);
        expect(text.startsWith(cut.slice(0, -1))).toBe(true);
        expect(cut.isWellFormed()).toBe(true);
        expect(Buffer.byteLength(cut)).toBeGreaterThan(limit - 4);
      }),
      { numRuns: 2000 },
    );
  });
});
