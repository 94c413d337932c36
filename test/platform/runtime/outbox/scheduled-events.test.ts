import { describe, expect, it } from '@jest/globals';
import { publisherOver } from '../../../../lib/platform/runtime/amqp/amqp-publisher.ts';
import { createOutbox } from '../../../../lib/platform/runtime/outbox/outbox.ts';
import { relayKeys } from '../../../../lib/platform/runtime/outbox/relay.ts';
import { ConnectError } from '../../../../lib/platform/runtime/publish-errors.ts';
import { parseDelayRoutingKey } from '../../../../lib/platform/topology/delay.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { ModelledBroker } from '../amqp/modelled-broker.ts';
import { MemoryOutbox } from './memory-outbox.ts';

const silent = { warn: () => undefined, error: () => undefined };

/** Events that are due a minute after they were added, two of them, and one that is due at once. */
async function relayed({ after, heldFor = 0 }: { readonly after: number; readonly heldFor?: number }) {
  const clock = new VirtualClock();
  const { now } = clock;
  const store = new MemoryOutbox(now);
  const outbox = createOutbox({ exchange: 'events', tableName: 'none', now });
  const deliverAt = new Date(now() + 60_000);
  store.commit(
    outbox.items(
      { type: 'at', data: {}, deliverAt, key: 'a' },
      { type: 'after', data: {}, delay: 60, key: 'b' },
      { type: 'now', data: {}, key: 'c' },
    ),
  );
  await clock.advance(after);
  const back = now() + heldFor;
  const broker = new ModelledBroker(clock, {
    roundTrip: 0,
    refuseConnection: () => (now() < back ? new ConnectError('amqps://h:1', 'network', 'away') : undefined),
  });
  const relay = relayKeys(['key#a', 'key#b', 'key#c'], {
    store,
    publisher: publisherOver(broker, { clock, random: () => 0.5 }),
    owner: 'relay',
    publishBy: now() + 25_000,
    leaseUntil: now() + 30_000,
    now,
    log: silent,
  });
  await clock.advance(30_000);
  expect(await relay).toMatchObject({ confirmed: 3 });
  return broker.arrivals
    .map(({ exchange, routingKey }) => {
      const delay = parseDelayRoutingKey(routingKey);
      return delay ? `${delay.queue} in ${delay.seconds} s` : `${exchange} ${routingKey}`;
    })
    .sort();
}

describe('a scheduled event in the outbox', () => {
  it('waits for what is left of its time, however late the relay comes', async () => {
    expect(await relayed({ after: 55_500 })).toEqual(['@events.after in 5 s', '@events.at in 5 s', 'events now']);
  });

  it('goes out at once when it came due before the relay came', async () => {
    expect(await relayed({ after: 3_600_000 })).toEqual(['events after', 'events at', 'events now']);
  });

  it('goes out at once when it came due while the relay waited for the broker', async () => {
    expect(await relayed({ after: 50_000, heldFor: 15_000 })).toEqual(['events after', 'events at', 'events now']);
  });
});
