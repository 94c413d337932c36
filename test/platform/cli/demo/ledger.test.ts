import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ConsumerFindings, type Findings, makeLedger } from '../../../../lib/platform/cli/demo/ledger.ts';

const confirmed = (...ids: string[]) => ids.map((id) => ({ id, status: 'confirmed' as const }));
const consumer = (findings: Partial<ConsumerFindings>): ConsumerFindings => ({
  consumer: 'fulfil-order',
  arrived: [],
  deadLetters: [],
  waiting: [],
  ...findings,
});
const ledgerOf = (findings: Partial<ConsumerFindings>, rest: Partial<Findings> = {}) => {
  const ledger = makeLedger({
    published: confirmed(...(findings.arrived ?? [])),
    consumers: [consumer(findings)],
    unroutable: 0,
    ...rest,
  });
  const [row] = ledger.rows;
  if (!row) throw new Error('a ledger has one row per consumer');
  return { ...ledger, row };
};
const at = (attempt: number, ...ids: string[]) => ids.map((id) => ({ id, attempt }));
const once = (...ids: string[]) => new Map(ids.map((id) => [id, 1]));

describe('the ledger', () => {
  it('is balanced when every message is done or a dead letter', () => {
    const ledger = ledgerOf({
      arrived: ['a', 'b', 'c', 'a'],
      done: [...at(1, 'a'), ...at(3, 'b')],
      effects: once('a', 'b'),
      deadLetters: [{ id: 'c', attempt: 5, reason: 'exhausted' }],
    });
    expect(ledger.accounted).toBe(true);
    expect(ledger.row).toMatchObject({
      messages: 3,
      done: 2,
      duplicatesSuppressed: 1,
      retriedByAttempt: { 2: 2, 3: 2, 4: 1, 5: 1 },
      deadLetteredByReason: { exhausted: 1 },
      lost: [],
    });
  });

  it('finds a message that is nowhere', () => {
    const ledger = ledgerOf({ arrived: ['a', 'b'], done: at(1, 'a'), effects: once('a') });
    expect(ledger.row.lost).toEqual(['b']);
    expect(ledger.accounted).toBe(false);
  });

  it('calls a message lost that is marked done but has no effect', () => {
    const ledger = ledgerOf({ arrived: ['a'], done: at(1, 'a'), effects: new Map() });
    expect(ledger.row).toMatchObject({ done: 0, lost: ['a'] });
    expect(ledger.accounted).toBe(false);
  });

  it('calls a message lost that has an effect but is not marked done', () => {
    expect(ledgerOf({ arrived: ['a'], done: [], effects: once('a') }).row.lost).toEqual(['a']);
  });

  it('goes by the effects alone for a consumer without claims', () => {
    const ledger = ledgerOf({ arrived: ['a', 'a', 'b'], effects: once('a') });
    expect(ledger.row).toMatchObject({ done: 1, duplicatesSuppressed: 1, lost: ['b'] });
  });

  it('finds an effect that happened twice', () => {
    const ledger = ledgerOf({ arrived: ['a'], done: at(1, 'a'), effects: new Map([['a', 2]]) });
    expect(ledger.row.effectsRepeated).toEqual(['a']);
    expect(ledger.accounted).toBe(false);
  });

  it('finds a message that is both done and a dead letter', () => {
    const deadLetters = [{ id: 'a', attempt: 5, reason: 'exhausted' }];
    const ledger = ledgerOf({ arrived: ['a'], done: at(1, 'a'), deadLetters });
    expect(ledger.row.inTwoPlaces).toEqual(['a']);
    expect(ledger.accounted).toBe(false);
  });

  it('finds what is done without having been routed here', () => {
    expect(ledgerOf({ arrived: [], done: at(1, 'ghost') })).toMatchObject({
      accounted: false,
      row: { unexpected: ['ghost'] },
    });
  });

  it('is not balanced while a message waits, but does not call it lost', () => {
    const ledger = ledgerOf({ arrived: ['a'], done: [], waiting: at(2, 'a') });
    expect(ledger.row).toMatchObject({ waiting: 1, lost: [], retriedByAttempt: { 2: 1 } });
    expect(ledger.accounted).toBe(false);
  });

  it('counts a dead letter once, however many copies of it there are, and calls none of them suppressed', () => {
    const deadLetters = at(1, 'a', 'a').map((copy) => ({ ...copy, reason: 'not-decodable' }));
    const ledger = ledgerOf({ arrived: ['a', 'a'], done: [], deadLetters });
    expect(ledger.row).toMatchObject({ duplicatesSuppressed: 0, deadLetteredByReason: { 'not-decodable': 1 } });
    expect(ledger.accounted).toBe(true);
  });

  it('finds a confirmed event that reached nobody', () => {
    const ledger = ledgerOf({ arrived: ['a'], done: at(1, 'a') }, { published: confirmed('a', 'b') });
    expect(ledger).toMatchObject({ reachedNobody: ['b'], accounted: false });
  });

  it('names events that the broker did not take, unless they arrived all the same', () => {
    const failed = (id: string) => ({ id, status: 'failed' as const, problem: 'connection closed' });
    const ledger = ledgerOf({ arrived: ['a'], done: at(1, 'a') }, { published: [failed('a'), failed('b')] });
    expect(ledger).toMatchObject({ confirmed: 0, refused: [failed('b')], accounted: false });
  });

  it('is not balanced while messages found no queue after their delay', () => {
    expect(ledgerOf({}, { unroutable: 1 }).accounted).toBe(false);
  });

  it('notices whichever single message is taken away', () => {
    const runs = fc.record({
      done: fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 40 }),
      dead: fc.uniqueArray(fc.integer({ min: 1000, max: 1999 }), { minLength: 1, maxLength: 10 }),
      victim: fc.nat(),
    });
    fc.assert(
      fc.property(runs, ({ done, dead, victim }) => {
        const ids = [...done, ...dead].map(String);
        const lost = ids[victim % ids.length];
        const survive = (id: string) => id !== lost;
        const found = (survivors: (id: string) => boolean) =>
          ledgerOf({
            arrived: ids,
            done: at(1, ...done.map(String).filter(survivors)),
            effects: once(...done.map(String).filter(survivors)),
            deadLetters: dead
              .map(String)
              .filter(survivors)
              .map((id) => ({ id, attempt: 1, reason: 'fatal' })),
          });
        expect(found(() => true).accounted).toBe(true);
        expect(found(survive)).toMatchObject({ accounted: false, row: { lost: [lost] } });
      }),
    );
  });
});
