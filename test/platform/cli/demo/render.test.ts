import { describe, expect, it } from '@jest/globals';
import { type ConsumerFindings, makeLedger } from '../../../../lib/platform/cli/demo/ledger.ts';
import { renderJson, renderSummary } from '../../../../lib/platform/cli/demo/render.ts';

const plain = (_: unknown, text: string) => text;
const summaryOf = (findings: Partial<ConsumerFindings>, settled = true) => ({
  ledger: makeLedger({
    published: [...new Set(findings.arrived)].map((id) => ({ id, status: 'confirmed' as const })),
    consumers: [{ consumer: 'fulfil-order', arrived: [], deadLetters: [], waiting: [], ...findings }],
    unroutable: 0,
  }),
  seconds: { started: 5, published: 6, total: 12.34 },
  broker: 'RabbitMQ 4.0.5',
  kills: 3,
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
    for (const part of ['fulfil-order', 'attempt 2: 1', 'fatal: 1', 'RabbitMQ 4.0.5', '12.3 s', 'killed: 3'])
      expect(text).toContain(part);
    expect(text).toContain('All 2 events are accounted for');
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
