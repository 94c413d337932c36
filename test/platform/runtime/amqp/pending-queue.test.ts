import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PendingQueue } from '../../../../lib/platform/runtime/amqp/pending-queue.ts';

interface Entry {
  readonly id: number;
  settled: boolean;
}

const next = (queue: PendingQueue<Entry>): number | undefined => {
  const entry = queue.peek();
  if (entry) queue.take();
  return entry?.id;
};

describe('the queue of messages to send', () => {
  it('sends what was lost before what was never sent, each in order', () => {
    const queue = new PendingQueue<Entry>();
    const entries = [1, 2, 3, 4].map((id) => ({ id, settled: false }));
    for (const entry of entries) queue.push(entry);
    expect([next(queue), next(queue)]).toEqual([1, 2]);
    queue.putBack(entries.slice(0, 2));
    expect([next(queue), next(queue), next(queue), next(queue), next(queue)]).toEqual([1, 2, 3, 4, undefined]);
  });

  it('gives each unsettled entry once and no settled one, however many come, go and are given up', () => {
    const step = fc.oneof(fc.constant('push'), fc.constant('take'), fc.constant('settle'), fc.constant('prune'));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4000, minLength: 2000 }), (steps) => {
        const queue = new PendingQueue<Entry>();
        let expected: Entry[] = [];
        let id = 0;
        for (const action of steps) {
          if (action === 'push') {
            const entry = { id: ++id, settled: false };
            queue.push(entry);
            expected.push(entry);
          } else if (action === 'take') {
            expect(next(queue)).toBe(expected.shift()?.id);
          } else if (action === 'settle') {
            const entry = expected[Math.floor(expected.length / 2)];
            if (entry) entry.settled = true;
            expected = expected.filter((other) => !other.settled);
          } else queue.prune(1);
        }
        expect([...queue].filter((entry) => !entry.settled)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('lets go of what was given up', () => {
    const queue = new PendingQueue<Entry>();
    const entries = Array.from({ length: 1000 }, (_, id) => ({ id, settled: false }));
    for (const entry of entries) queue.push(entry);
    for (const entry of entries.slice(0, 600)) entry.settled = true;
    queue.prune(600);
    expect([...queue]).toHaveLength(400);
  });
});
