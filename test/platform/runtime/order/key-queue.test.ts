import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  afterEvent,
  ahead,
  type KeyEvent,
  type KeyQueue,
  longestQueue,
  patienceSeconds,
  secondsUntilFirst,
  waitingName,
  withoutLost,
} from '../../../../lib/platform/runtime/order/key-queue.ts';
import { packed, unpacked } from '../../../../lib/platform/runtime/order/packed-queue.ts';

const queue: KeyQueue = [
  { who: 'a', due: 100, turn: 1 },
  { who: 'b', due: 200, turn: 1 },
  { who: 'c', due: 150, turn: 1 },
];
const names = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const events: fc.Arbitrary<KeyEvent> = fc.oneof(
  names.map((who): KeyEvent => ({ kind: 'settled', who })),
  fc.record({ who: names, due: fc.nat(1000), turn: fc.nat(3) }).map((put): KeyEvent => ({ kind: 'put-off', ...put })),
  fc.array(names, { maxLength: 2 }).map((who): KeyEvent => ({ kind: 'lost', who })),
);

describe('the queue of a key', () => {
  it('lets one go that is first, or that is nobody in an empty queue', () => {
    expect(ahead(queue, 'a')).toBe(0);
    expect(ahead([], 'new')).toBe(0);
    expect(ahead(queue, 'c')).toBe(2);
    expect(ahead(queue, 'new')).toBe(3);
  });

  it('puts off those behind until the first is due, and a second where it is overdue', () => {
    expect(secondsUntilFirst(queue, 90_500)).toBe(10);
    expect(secondsUntilFirst(queue, 100_000)).toBe(1);
    expect(secondsUntilFirst(queue, 900_000)).toBe(1);
  });

  it('keeps places: who comes back keeps his, who is new takes the last one', () => {
    expect(afterEvent(queue, { kind: 'put-off', who: 'b', due: 999, turn: 1 }).map(({ who }) => who)).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(afterEvent(queue, { kind: 'put-off', who: 'd', due: 1, turn: 1 }).map(({ who }) => who)).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });

  it('keeps the place of a message whose earlier turn was handed on, as long as a later copy is under way', () => {
    const retried = afterEvent(queue, { kind: 'put-off', who: 'a', due: 300, turn: 2 });
    expect(afterEvent(retried, { kind: 'handed-on', who: 'a', turn: 1 })).toEqual(retried);
    expect(afterEvent(retried, { kind: 'put-off', who: 'a', due: 101, turn: 1 })).toEqual(retried);
    expect(afterEvent(retried, { kind: 'handed-on', who: 'a', turn: 2 }).map(({ who }) => who)).toEqual(['b', 'c']);
  });

  it('holds everybody once and never swaps two, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 30 }), (happened) => {
        let before: KeyQueue = [];
        for (const event of happened) {
          const after = afterEvent(before, event);
          const order = after.map(({ who }) => who);
          expect(new Set(order).size).toBe(order.length);
          const kept = before.map(({ who }) => who).filter((who) => order.includes(who));
          expect(order.slice(0, kept.length)).toEqual(kept);
          before = after;
        }
      }),
    );
  });

  it('is the same after the same thing has happened twice: a write may be repeated', () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 10 }), events, (happened, event) => {
        const before = happened.reduce<KeyQueue>(afterEvent, []);
        const once = afterEvent(before, event);
        expect(afterEvent(once, event)).toEqual(once);
      }),
    );
  });

  it('has an end, beyond which nobody is remembered', () => {
    const full = Array.from({ length: longestQueue }, (_, index) => ({ who: String(index), due: 1, turn: 1 }));
    expect(afterEvent(full, { kind: 'put-off', who: 'late', due: 1, turn: 1 })).toBe(full);
    expect(packed(full).length).toBeLessThan(400_000);
  });
});

describe('one that is lost', () => {
  const due = 10_000;
  const late = due + patienceSeconds + 1;
  const waiting: KeyQueue = [
    { who: 'gone', due, turn: 1 },
    { who: 'alive', due: late - 1, turn: 1 },
    { who: 'me', due: late, turn: 1 },
  ];

  it('is given up when one behind it that was due much later has come', () => {
    expect(withoutLost(waiting, 'me', false, late * 1000).map(({ who }) => who)).toEqual(['alive', 'me']);
  });

  it('is not given up by one that may be earlier than its own copy, that was delivered before, or that is nobody', () => {
    expect(withoutLost(waiting, 'me', false, late * 1000 - 1)).toBe(waiting);
    expect(withoutLost(waiting, 'me', true, late * 1000)).toBe(waiting);
    expect(withoutLost(waiting, 'new', false, late * 1000)).toBe(waiting);
  });

  it('is not given up however long the consumer was away, as long as those behind it were due at about the same time', () => {
    const together: KeyQueue = [
      { who: 'first', due, turn: 1 },
      { who: 'me', due: due + patienceSeconds, turn: 1 },
    ];
    expect(withoutLost(together, 'me', false, (due + 1_000_000) * 1000)).toBe(together);
  });
});

describe('a packed queue', () => {
  it('unpacks to what it was', () => {
    const entry = fc.record({
      who: fc.string().map(waitingName),
      due: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
      turn: fc.nat(1_000_000),
    });
    fc.assert(fc.property(fc.array(entry), (queue) => expect(unpacked(packed(queue))).toEqual(queue)));
  });
});
