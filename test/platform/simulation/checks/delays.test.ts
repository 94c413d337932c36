import { beforeEach, describe, expect, it } from '@jest/globals';
import { delayRoute } from '../../../../lib/platform/topology/delay.ts';
import { scheduleRoute } from '../../../../lib/platform/topology/schedule.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import type { Publishing } from '../rabbitmq/broker-message.ts';
import { DelayWatch } from './delays.ts';
import { Ledger } from './ledger.ts';

let clock: VirtualClock;
let ledger: Ledger;
let watch: DelayWatch;
/** Queues that are full. */
let full: Set<string>;
beforeEach(() => {
  clock = new VirtualClock();
  ledger = new Ledger();
  full = new Set();
  const due = clock.now() + 48_000;
  watch = new DelayWatch(ledger, {
    now: clock.now,
    broker: () => ({ queue: (name: string) => ({ isFull: full.has(name) }) as never }),
    deliverAt: (id) => (id === 'scheduled' ? due : undefined),
    maximumSkewMilliseconds: 0,
  });
});

function published(messageId: string, route: { readonly exchange: string; readonly routingKey: string }): Publishing {
  const publishing = { ...route, properties: { messageId }, headers: {}, body: Buffer.alloc(0) };
  watch.published(publishing);
  return publishing;
}
const scheduled = (seconds: number) => published('scheduled', scheduleRoute(seconds, 'events', 'to.q'));
const putOff = (seconds: number) => published('scheduled', delayRoute(seconds, 'q'));
/** Comes to its queue by way of another, where dead-lettering gives it another routing key. */
const arrives = (publishing: Publishing, queue = 'q'): void =>
  watch.arrived(queue, { ...publishing, routingKey: queue, publishing, deaths, since: clock.now() });
const deaths = [{ queue: 'delay.1', reason: 'expired', count: 1 }] as const;
const told = (): string[] => ledger.violations.map(({ what }) => what);

describe('of several copies of a message', () => {
  it('each is due when it was published for: what comes in time is not taken for the one that was put off', () => {
    const copies = [scheduled(48), scheduled(48), scheduled(48)];
    clock.jump(48_000);
    arrives(copies[0] as Publishing);
    const later = putOff(6);
    for (const copy of copies.slice(1)) arrives(copy);
    expect(told()).toEqual([]);
    clock.jump(1000);
    arrives(later);
    expect(told()).toEqual(['a delay to q was 5.0 s too short']);
  });

  it('the late one is found, though the others come in time', () => {
    const [one, other] = [scheduled(48), scheduled(48)];
    clock.jump(48_000);
    arrives(one);
    clock.jump(60_000);
    arrives(putOff(0));
    expect(told()).toEqual([]);
    arrives(other);
    expect(told()).toEqual(['a delay to q was 59.0 s too long']);
  });
});

describe('a delayed message', () => {
  it('may be late at a queue that was full, and nowhere else', () => {
    const copy = published('m', delayRoute(2, 'q'));
    clock.jump(2000);
    full.add('q');
    watch.look(['q']);
    clock.jump(60_000);
    arrives(copy);
    expect(told()).toEqual([]);
    arrives(copy, 'q.returning');
    expect(told()).toEqual(['a delay to q.returning was 60.0 s too long']);
  });
});
