import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventSources } from '../../../lib/platform/cli/demo/event-sources.ts';
import { type MadeEvents, makeEvents } from '../../../lib/platform/cli/demo/make-events.ts';
import type { RunSummary } from '../../../lib/platform/cli/demo/render.ts';
import { app } from '../application/app.ts';
import { events } from '../application/events.ts';
import { demoOf } from '../support/demo-setting.ts';
import { whenATestFails } from '../support/explain-failures.ts';

// What `npm run demo -- --chaos hang` does, with handlers that know nothing of faults.

const seed = 3;
whenATestFails(() => `events and faults are those of seed ${seed}`);

let made: MadeEvents;
let summary: RunSummary;
beforeAll(async () => {
  made = await makeEvents(eventSources(app, events, 'shop').sources, { count: 200, seed, severe: ['hang'] });
  summary = await demoOf(made);
}, 300_000);

describe('when handlers fail, are slow and hang on purpose', () => {
  it('all of it happens, and everything is accounted for', () => {
    expect(made.onPurpose).toMatchObject({ retryable: 20, exhausting: 1, fatal: 2, slow: 2, hang: 3 });
    expect(summary.faults).toEqual({ planned: made.faults.length, happened: made.faults.length });
    expect(summary).toMatchObject({ ledger: { accounted: true }, settled: true });
  });

  it('those become dead letters that were made to, for the reason that was planned', () => {
    const { rows } = summary.ledger;
    expect(rows.flatMap(({ deadLettersNotOnPurpose }) => deadLettersNotOnPurpose)).toEqual([]);
    const { undecodable, invalid, fatal, exhausting } = made.onPurpose;
    const found = (reason: string) => rows.reduce((sum, row) => sum + (row.deadLetteredByReason[reason] ?? 0), 0);
    // The log takes anything, so what is broken is a dead letter of the other consumer alone.
    expect(['undecodable', 'invalid', 'fatal', 'exhausted'].map(found)).toEqual([
      undecodable,
      invalid,
      fatal,
      exhausting,
    ]);
  });

  it('no effect happens twice', () => {
    expect(
      summary.ledger.rows.map(({ effectsCounted, effectsRepeated }) => ({ effectsCounted, effectsRepeated })),
    ).toEqual(Array(3).fill({ effectsCounted: true, effectsRepeated: [] }));
  });
});
