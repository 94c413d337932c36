import { describe, expect, it } from '@jest/globals';
import { eventSources } from '../../../lib/platform/cli/demo/event-sources.ts';
import { makeEvents } from '../../../lib/platform/cli/demo/make-events.ts';
import { seededRandom } from '../../../lib/platform/cli/demo/random.ts';
import { readEvents } from '../../../lib/platform/cli/demo/read-events.ts';
import type { Fault } from '../../../lib/platform/local/faults/fault.ts';
import type { LocalRun } from '../../../lib/platform/local/local-run.ts';
import { app } from '../application/app.ts';
import { events, type ThingMade } from '../application/events.ts';
import { demoOf } from '../support/demo-setting.ts';
import { whenATestFails } from '../support/explain-failures.ts';
import { asAdministrator, until } from '../support/local-run-setting.ts';

// What `npm run demo -- --chaos kill` does, and what it finds when something is wrong.

const seed = 1;
whenATestFails(() => `events and kills are those of seed ${seed}`);

describe('when function processes are killed in mid-batch', () => {
  it('nothing is lost and no effect repeated', async () => {
    const made = await makeEvents(eventSources(app, events, 'shop').sources, { count: 150, seed, severe: ['exit'] });
    const summary = await demoOf({ ...made, chaos: { random: seededRandom(seed) } });
    expect(summary.kills).toBeGreaterThanOrEqual(2);
    expect(summary).toMatchObject({ ledger: { accounted: true }, settled: true });
  }, 240_000);
});

describe('when messages disappear on the broker', () => {
  it('the demo finds out how many and which, and does not call the run good', async () => {
    const thing = (index: number): ThingMade => ({
      type: 'thing.made',
      thingId: `t-${index}`,
      parts: [],
    });
    const lines: object[] = Array.from({ length: 30 }, (_, index) => ({
      id: `message-${index}`,
      type: 'thing.made',
      data: thing(index),
    }));
    const fault: Fault = { kind: 'retryable', times: 2 };
    lines.push({
      type: 'photo.taken',
      bodyBase64: '/9j/4AAQ',
      contentType: 'image/jpeg',
      headers: { size: [1, 2.5, null] },
    });
    const { events: things } = readEvents(Buffer.from(lines.map((line) => JSON.stringify(line)).join('\n')), 'events');
    let purged = 0;
    const summary = await demoOf({
      events: things,
      patienceMilliseconds: 4_000,
      faults: lines.map((_, index) => ({ consumer: 'keep-thing', messageId: `message-${index}`, fault })),
      onStarted: (run) => {
        void purgeDelayed(run).then((count) => {
          purged = count;
        });
      },
    });
    expect(purged).toBeGreaterThan(0);
    expect(summary.ledger.accounted).toBe(false);
    expect(summary.ledger.rows.find(({ consumer }) => consumer === 'keep-thing')?.lost).toHaveLength(purged);
    expect(summary.ledger.rows.find(({ consumer }) => consumer === 'log-all')).toMatchObject({
      messages: 31,
      done: 31,
      lost: [],
    });
  }, 240_000);
});

/** Takes messages away while they wait for a retry. */
const purgeDelayed = (run: LocalRun): Promise<number> =>
  asAdministrator(run, async (connection) => {
    const channel = await connection.createChannel();
    let purged = 0;
    await until('a message that waits for a retry', async () => {
      for (const queue of ['delay.level-00', 'delay.level-01'])
        purged += (await channel.purgeQueue(queue)).messageCount;
      return purged > 0;
    });
    return purged;
  });
