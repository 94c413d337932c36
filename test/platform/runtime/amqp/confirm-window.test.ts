import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ConfirmWindow } from '../../../../lib/platform/runtime/amqp/confirm-window.ts';

describe('the window of unconfirmed messages', () => {
  it('gives every message exactly one answer, whatever the order and grouping of the confirms', () => {
    const answers = fc.array(fc.record({ tag: fc.integer({ min: 1, max: 30 }), multiple: fc.boolean() }));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), answers, (sent, confirms) => {
        const window = new ConfirmWindow<number>();
        for (let tag = 1; tag <= sent; tag++) window.add(tag);
        const open = new Set(Array.from({ length: sent }, (_, index) => index + 1));
        for (const { tag, multiple } of confirms) {
          const expected = [...open].filter((other) => (multiple ? other <= tag : other === tag));
          expect(window.settle(tag, multiple)).toEqual(expected);
          for (const other of expected) open.delete(other);
          expect(window.size).toBe(open.size);
        }
        expect(window.clear()).toEqual([...open]);
        expect(window.size).toBe(0);
      }),
    );
  });
});
