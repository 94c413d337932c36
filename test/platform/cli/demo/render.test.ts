import { describe, expect, it } from '@jest/globals';
import { type ConsumerFindings, type Findings, makeLedger } from '../../../../lib/platform/cli/demo/ledger.ts';
import { renderJson, renderSummary } from '../../../../lib/platform/cli/demo/render.ts';

const plain = (_: unknown, text: string) => text;
const summaryOf = (findings: Partial<ConsumerFindings>, settled = true, doomed?: Findings['doomed']) => ({
  ledger: makeLedger({
    published: [...new Set(findings.arrived)].map((id) => ({ id, status: 'confirmed' as const })),
    consumers: [{ consumer: 'fulfil-order', arrived: [], deadLetters: [], waiting: [], ...findings }],
    unroutable: 0,
    ...(doomed && { doomed }),
  }),
  seconds: { started: 5, published: 6, total: 12.34 },
  broker: 'RabbitMQ 4.0.5',
  kills: 3,
  faults: { planned: 7, happened: 6 },
  settled,
});

describe('the end of a demo', () => {
  const good = summaryOf({
    arrived: ['a', 'b', 'a'],
    done: [{ id: 'a', attempt: 2 }],
    deadLetters: [{ id: 'b', attempt: 1, reason: 'fatal' }],
  });

  it('shows every number of the ledger and says that nothing is missing', () => {
    const text = renderSummary(good, plain);
    for (const part of ['fulfil-order', 'attempt 2: 1', 'fatal: 1', 'RabbitMQ 4.0.5', '12.3 s', 'killed: 3', '6 of 7'])
      expect(text).toContain(part);
    expect(text).toContain('All 2 events are accounted for');
  });

  it('claims nothing of effects that were not counted', () => {
    const text = renderSummary(good, plain);
    expect(text).toContain('nothing lost. Effects were not counted: functions/effects.ts can say how.');
    expect(text).not.toContain('no effect');
    const [, cells = ''] = /│ fulfil-order(.*)│/.exec(text) ?? [];
    expect(cells.split('│').at(-1)?.trim()).toBe('not');
  });

  it('names the consumers whose effects were counted, where others were not', () => {
    const counted = { arrived: ['a'], done: [{ id: 'a', attempt: 1 }], effects: new Map([['a', 1]]) };
    const found = (consumer: string, rest: Partial<ConsumerFindings>): ConsumerFindings => ({
      consumer,
      arrived: ['a'],
      done: [{ id: 'a', attempt: 1 }],
      deadLetters: [],
      waiting: [],
      ...rest,
    });
    const ledgerOf = (...consumers: ConsumerFindings[]) =>
      makeLedger({ published: [{ id: 'a', status: 'confirmed' }], consumers, unroutable: 0 });
    const all = ledgerOf(found('fulfil-order', counted), found('audit-log', counted));
    expect(renderSummary({ ...good, ledger: all }, plain)).toContain('nothing lost, no effect twice.');
    const some = ledgerOf(found('fulfil-order', counted), found('audit-log', {}));
    expect(renderSummary({ ...good, ledger: some }, plain)).toContain('nothing lost, no effect of fulfil-order twice.');
  });

  it('counts no retries of a consumer without claims, whose dead letters alone say how often they were tried', () => {
    const deadLetters = [{ id: 'b', attempt: 5, reason: 'exhausted' }];
    const text = renderSummary(summaryOf({ arrived: ['a', 'b'], effects: new Map([['a', 1]]), deadLetters }), plain);
    expect(text).not.toContain('attempt 2');
    expect(text).toMatch(/fulfil-order.*│ not /);
  });

  it('names dead letters that nothing was done to', () => {
    const found = {
      arrived: ['a', 'b'],
      deadLetters: ['a', 'b'].map((id) => ({ id, attempt: 5, reason: 'exhausted' })),
    };
    const doomed = new Map([['fulfil-order', new Set(['a'])]]);
    expect(renderSummary(summaryOf(found, true, doomed), plain)).toContain(
      '1 dead letters of fulfil-order that nothing was done to: b',
    );
    expect(renderSummary(summaryOf(found), plain)).not.toContain('nothing was done');
  });

  it('says what may be meant where a consumer left neither claims nor effects', () => {
    const text = renderSummary(summaryOf({ arrived: ['a'], done: [] }), plain);
    expect(text).toContain("fulfil-order left no claims. With claims: 'none', its effects have to be counted");
  });

  it('names what is missing', () => {
    const text = renderSummary(summaryOf({ arrived: ['a', 'b'], done: [{ id: 'a', attempt: 1 }] }), plain);
    expect(text).toContain('1 lost on the way to fulfil-order: b');
    expect(text).toContain('Not all of 2 events are accounted for');
    expect(text).not.toContain('All 2');
  });

  it('does not call a run good whose queues never became empty', () => {
    expect(renderSummary(summaryOf({ arrived: [] }, false), plain)).toContain('Not all of 0 events');
    expect(JSON.parse(renderJson(summaryOf({ arrived: [] }, false)))).toMatchObject({ accounted: false });
  });

  it('is one JSON document on request, with the same numbers', () => {
    expect(JSON.parse(renderJson(good))).toMatchObject({
      accounted: true,
      kills: 3,
      ledger: { rows: [{ consumer: 'fulfil-order', done: 1, deadLetteredByReason: { fatal: 1 } }] },
    });
  });

  it('marks trouble with colour where the terminal has it', () => {
    const text = renderSummary(summaryOf({ arrived: ['a'], done: [] }), (tone, part) => `<${tone}>${part}</>`);
    expect(text).toContain('<bad>1</>');
  });
});
