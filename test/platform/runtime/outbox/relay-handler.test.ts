import { Logger } from '@aws-lambda-powertools/logger';
import { describe, expect, it } from '@jest/globals';
import type { Context, EventBridgeEvent } from 'aws-lambda';
import type { Backlog } from '../../../../lib/platform/runtime/outbox/backlog.ts';
import { createOutbox } from '../../../../lib/platform/runtime/outbox/outbox.ts';
import type { OutboxStore } from '../../../../lib/platform/runtime/outbox/outbox-store.ts';
import { relayHandler } from '../../../../lib/platform/runtime/outbox/relay-handler.ts';
import type { MessagePublisher, PublishResult } from '../../../../lib/platform/runtime/publisher.ts';
import { MemoryOutbox } from './memory-outbox.ts';

const scheduled = { 'detail-type': 'Scheduled Event' } as EventBridgeEvent<string, unknown>;
const remaining = 55_000;
const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => remaining } as Context;

const world = () => {
  // Later than the positions, which have the time of the machine.
  const clock = { time: Date.now() + 3_600_000 };
  const store = new MemoryOutbox(() => clock.time);
  const outbox = createOutbox({ exchange: 'events', tableName: 'none' });
  const reports: (Backlog | undefined)[] = [];
  /** A broker that is away: each message waits until its time is up, and fails. */
  const away: MessagePublisher = {
    publish: async (messages, options): Promise<PublishResult[]> => {
      await new Promise((resolve) => setImmediate(resolve));
      clock.time = Math.max(clock.time, options?.deadline ?? 0);
      return messages.map(() => ({ status: 'failed', error: new Error('away'), mayHaveArrived: false }));
    },
  };
  return {
    clock,
    store,
    reports,
    add: (count: number) =>
      store.commit(Array.from({ length: count }, () => outbox.items({ type: 't', data: {} })).flat()),
    run: (look: () => ReturnType<OutboxStore['waiting']>) =>
      relayHandler(() => ({
        store: Object.assign(Object.create(store) as OutboxStore, { waiting: look }),
        publisher: away,
        log: new Logger({ logLevel: 'SILENT' }),
        now: () => clock.time,
        onReport: (_, backlog) => reports.push(backlog),
      }))(scheduled, context),
  };
};

describe('a scheduled run of the relay', () => {
  it('counts all that waits and finds the oldest while the broker is away', async () => {
    const { add, store, run, reports } = world();
    add(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const before = Date.now();
    add(999);
    // The oldest comes last, where publishing never gets to.
    const report = await run(async function* () {
      for await (const page of store.waiting()) {
        for (let end = page.length; end > 0; end -= 100) yield page.slice(Math.max(0, end - 100), end).reverse();
      }
    });
    expect(report).toMatchObject({ confirmed: 0 });
    expect(report.keys).toBeLessThan(100);
    expect(reports).toEqual([{ messages: 1000, oldestAddedAt: expect.any(Number) }]);
    expect(reports[0]?.oldestAddedAt).toBeLessThan(before);
    expect(store.unconfirmed).toBe(1000);
  });

  it('reports what it has counted when there is too much to count before the end of its time', async () => {
    const { add, clock, store, run, reports } = world();
    add(10);
    await run(async function* () {
      for await (const page of store.waiting()) yield page;
      clock.time += remaining;
      yield [];
      for await (const page of store.waiting()) yield page;
    });
    expect(reports).toMatchObject([{ messages: 10 }]);
  });

  it('fails when the outbox cannot be counted', async () => {
    const { run, reports } = world();
    let looks = 0;
    await expect(
      run(async function* () {
        if (looks++ === 0) throw new Error('throttled');
        yield [];
      }),
    ).rejects.toThrow('throttled');
    expect(reports).toStrictEqual([undefined]);
  });
});
