import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Circuit } from '../../../../lib/platform/operations/circuit/circuit.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import type { ConsumerPlan } from '../scenario/scenario.ts';
import { BreakerWatch } from './breaker.ts';
import { Ledger } from './ledger.ts';

const settings = {
  failureRate: 0.8,
  minimumMessages: 4,
  trialMessages: 3,
  windowSeconds: 60,
  openSeconds: 60,
  maximumOpenSeconds: 240,
};
const consumer: ConsumerPlan = {
  name: 'c',
  claims: true,
  ordered: false,
  shards: 1,
  concurrency: 1,
  batchSize: 1,
  windowMilliseconds: 0,
  failureVerb: 'nack',
  timeoutMilliseconds: 6000,
  maximumSkewMilliseconds: 0,
  maxAttempts: 3,
  maxDelaySeconds: 1,
};

let clock: VirtualClock;
let ledger: Ledger;
let watch: BreakerWatch;
let messages: number;
beforeEach(() => {
  clock = new VirtualClock();
  ledger = new Ledger();
  messages = 0;
  watch = watching(0);
});

const watching = (calmSince: number): BreakerWatch =>
  new BreakerWatch(ledger, settings, [consumer], { now: clock.now, calmSince });

/** This many messages fail now. */
function fail(count: number): void {
  for (let index = 0; index < count; index++) {
    const id = `m${++messages}`;
    ledger.open('c', id, 'k');
    const ended = { end: 'threw', late: false, gaveUp: false, disturbed: false } as const;
    ledger.account('c', id).runs.push({ process: {} as never, attempt: 1, startedAt: clock.now(), batch: 1, ...ended });
  }
}
/** The function that looks has ended, and says this. */
const looked = (state: Circuit['state'], since: number): void =>
  watch.looked([{ consumer: 'c', state, since, mappings: [], unmapped: [] }]);
const told = (): string[] => ledger.violations.map(({ what }) => what);

describe('a circuit that opens', () => {
  it('has its reason in the window before', () => {
    fail(3);
    clock.jump(60_000);
    looked('open', clock.now());
    expect(told()).toEqual([]);
  });

  it('has none in what is older', () => {
    fail(3);
    clock.jump(90_000);
    looked('open', clock.now());
    expect(told()).toEqual(['the circuit of c opens although only 0 messages failed in its time']);
  });

  it('has none in what was before its last state', () => {
    fail(3);
    clock.jump(30_000);
    looked('half-open', clock.now());
    clock.jump(15_000);
    looked('open', clock.now());
    expect(told()).toEqual(['the circuit of c opens although only 0 messages failed in its time']);
  });
});

describe('a circuit whose opening is told a minute later, because the look that opened it died', () => {
  it('has its reason in the window before it opened', () => {
    fail(3);
    clock.jump(50_000);
    const opened = clock.now();
    clock.jump(60_000);
    looked('open', opened);
    expect(told()).toEqual([]);
  });

  it('has none in what failed since', () => {
    const opened = clock.now();
    clock.jump(30_000);
    fail(3);
    clock.jump(30_000);
    looked('open', opened);
    expect(told()).toEqual(['the circuit of c opens although only 0 messages failed in its time']);
  });

  it('is not judged where reports of that window may have got lost', () => {
    const opened = clock.now();
    watch = watching(opened - 30_000);
    clock.jump(120_000);
    looked('open', opened);
    expect(told()).toEqual([]);
  });
});
