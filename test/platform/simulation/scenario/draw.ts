import { Random } from '../engine/random.ts';
import { withMistake } from './draw-mistakes.ts';
import { withOutbox } from './draw-outbox.ts';
import { withRotations } from './draw-rotations.ts';
import type { ConsumerPlan, Fault, MessagePlan, Scenario, Step } from './scenario.ts';

/** Faults end by then, in milliseconds from the start. */
export const troubledMilliseconds = 40_000;
const publishingMilliseconds = 20_000;

/** The scenario of a seed. */
export function drawScenario(seed: number): Scenario {
  if (new Random(seed, 'crowd').chance(0.02)) return drawCrowd(seed);
  if (new Random(seed, 'outage').chance(0.03)) return drawOutage(seed);
  const usual = drawUsual(seed);
  const outbox = new Random(seed, 'outbox');
  const scenario = outbox.chance(0.15) ? withOutbox(usual, outbox) : usual;
  const mistakes = new Random(seed, 'mistakes');
  if (mistakes.chance(0.03)) return withMistake(scenario, mistakes);
  const rotations = new Random(seed, 'rotations');
  return rotations.chance(0.04) ? withRotations(scenario, rotations) : scenario;
}

function drawUsual(seed: number): Scenario {
  const random = new Random(seed, 'scenario');
  const consumers = Array.from({ length: random.weighted({ 1: 6, 2: 3, 3: 1 }) as unknown as number }, (_, index) =>
    drawConsumer(`c${index + 1}`, random),
  ) as [ConsumerPlan, ...ConsumerPlan[]];
  return {
    seed,
    brokerVersion: random.pick(['3.10', '4.2', '4.3']),
    consumers,
    messages: drawMessages(consumers, random),
    faults: random.chance(0.25) ? [] : Array.from({ length: random.whole(1, 4) }, () => drawFault(consumers, random)),
  };
}

/** More retries than dead-lettering has room for come back to a queue that is full, while another consumer's are due as well. */
function drawCrowd(seed: number): Scenario {
  const random = new Random(seed, 'scenario');
  const usual = drawConsumer('c2', random);
  const shared = { claims: true, ordered: false, shards: 1, maxDelaySeconds: 1, maxAttempts: 4 };
  const message = (id: string, to: string, at: number, steps: readonly Step[]): MessagePlan => ({
    id,
    to,
    key: 'k1',
    at,
    again: [],
    steps,
  });
  return {
    seed,
    brokerVersion: random.pick(['3.10', '4.2', '4.3']),
    consumers: [
      {
        ...usual,
        ...shared,
        name: 'c1',
        maxLength: 4,
        concurrency: 10,
        batchSize: 10,
        windowMilliseconds: 100,
        timeoutMilliseconds: 20_000,
      },
      { ...usual, ...shared, maxLength: undefined, timeoutMilliseconds: 6000 },
    ],
    messages: [
      ...Array.from({ length: 60 }, (_, index) => message(`m${index + 1}`, 'c1', index * 30, ['throw', 'effect'])),
      message('m61', 'c1', 1850, ['hang', 'effect']),
      ...[4000, 6000, 9000].map((at, index) => message(`m${index + 62}`, 'c2', at, ['throw', 'effect'])),
    ],
    faults: [],
  };
}

/** What a handler needs is away for minutes, with a circuit breaker in front of it; or a person disables its mapping; or both. */
function drawOutage(seed: number): Scenario {
  const random = new Random(seed, 'scenario');
  const consumer = (name: string): ConsumerPlan => ({
    ...drawConsumer(name, random),
    ordered: random.chance(0.2),
    maxLength: undefined,
    timeoutMilliseconds: random.pick([6000, 10_000]),
  });
  const consumers = [consumer('c1'), consumer('c2')] as const;
  const message = (index: number): MessagePlan => ({
    id: `m${index + 1}`,
    to: random.chance(0.85) ? 'c1' : 'c2',
    key: `k${random.whole(1, 20)}`,
    at: random.whole(0, 420_000),
    again: [],
    steps: random.pick<readonly Step[]>([['effect'], ['transact'], ['throw', 'effect']]),
  });
  const from = random.whole(60_000, 180_000);
  const disabledAt = Math.floor(random.whole(90_000, 300_000) / 60_000) * 60_000 + 30_000;
  const faults: Fault[] = [];
  if (random.chance(0.9))
    faults.push({
      kind: 'dependency-away',
      consumer: 'c1',
      how: random.pick(['hang', 'throw']),
      from,
      to: from + random.whole(60_000, 240_000),
    });
  // A control function that dies between storing and switching cannot tell a person's change from its own.
  if (random.chance(0.3))
    faults.push({ kind: 'kill-at-call', consumer: 'control', call: random.whole(1, 30), phase: 'answered' });
  else faults.push({ kind: 'disabled-by-hand', consumer: 'c1', from: disabledAt, to: disabledAt + 240_000 });
  if (random.chance(0.3)) faults.push(drawFault(consumers, random));
  return {
    seed,
    brokerVersion: random.pick(['3.10', '4.2', '4.3']),
    consumers,
    messages: Array.from({ length: random.whole(60, 100) }, (_, index) => message(index)),
    faults,
    breaker: {
      failureRate: 0.8,
      minimumMessages: random.whole(4, 8),
      trialMessages: random.whole(1, 3),
      windowSeconds: random.pick([60, 120]),
      openSeconds: 60,
      maximumOpenSeconds: 240,
    },
  };
}

function drawConsumer(name: string, random: Random): ConsumerPlan {
  return {
    name,
    claims: random.chance(0.85),
    ordered: random.chance(0.5),
    shards: random.chance(0.15) ? 2 : 1,
    ...(random.chance(0.12) && { maxLength: random.whole(2, 6) }),
    concurrency: random.pick([1, 2, 10]),
    batchSize: random.pick([1, 3, 10, 10]),
    windowMilliseconds: random.pick([100, 500, 2000]),
    failureVerb: random.pick(['nack', 'reject', 'close', 'memory']),
    timeoutMilliseconds: random.pick([6000, 10_000, 20_000]),
    maximumSkewMilliseconds: random.pick([0, 0, 100, 400]),
    maxAttempts: random.whole(2, 4),
    maxDelaySeconds: random.pick([1, 2, 4, 8]),
  };
}

function drawMessages(consumers: readonly [ConsumerPlan, ...ConsumerPlan[]], random: Random): MessagePlan[] {
  const count = random.weighted({ 2: 1, 4: 3, 7: 3, 12: 2 }) as unknown as number;
  // Often all at once, so that they meet in a batch.
  const times = random.chance(0.5) ? [0, 0, random.whole(0, publishingMilliseconds)] : undefined;
  return Array.from({ length: Number(count) }, (_, index): MessagePlan => {
    const at = times
      ? random.pick(times as [number, ...number[]]) + random.whole(0, 50)
      : random.whole(0, publishingMilliseconds);
    return {
      id: `m${index + 1}`,
      to:
        consumers.length > 1 && random.chance(0.2)
          ? 'all'
          : random.pick(consumers as [ConsumerPlan, ...ConsumerPlan[]]).name,
      key: `k${random.whole(1, 2)}`,
      at,
      again: random.chance(0.2) ? [at + random.whole(0, 15_000)] : [],
      steps: drawSteps(random),
      ...drawFlaw(random),
    };
  });
}

function drawFlaw(random: Random): Pick<MessagePlan, 'flaw'> {
  const flaw = random.weighted({ none: 90, undecodable: 3, invalid: 3, 'crash-decoding': 2, 'crash-keying': 2 });
  return flaw === 'none' ? {} : { flaw };
}

const successes: Readonly<Partial<Record<Step, number>>> = {
  effect: 5,
  transact: 4,
  'transact-contended': 3,
  slow: 0.5,
};
const failures: Readonly<Partial<Record<Step, number>>> = { throw: 6, hang: 1, stubborn: 1, crash: 1 };

function drawSteps(random: Random): Step[] {
  const success = random.weighted(successes as Record<Step, number>);
  const failure = () => random.weighted(failures as Record<Step, number>);
  const course = random.weighted({ smooth: 55, bumpy: 28, hopeless: 6, fatal: 6, poison: 5 });
  switch (course) {
    case 'smooth':
      return [success];
    case 'bumpy':
      return [...Array.from({ length: random.whole(1, 2) }, failure), success];
    case 'hopeless':
      return ['throw'];
    case 'fatal':
      return ['fatal'];
    case 'poison':
      return ['crash'];
  }
}

function drawFault(consumers: readonly [ConsumerPlan, ...ConsumerPlan[]], random: Random): Fault {
  const consumer = random.pick(consumers as [ConsumerPlan, ...ConsumerPlan[]]).name;
  const at = random.whole(0, troubledMilliseconds - 15_000);
  const span = { from: at, to: at + random.pick([500, 3000, 15_000]) };
  const probability = random.pick([0.1, 0.5, 1]);
  const kind = random.weighted({
    kill: 2,
    'kill-at-call': 6,
    'poller-lost': 3,
    'connections-lost': 2,
    'broker-away': 2,
    blocked: 1,
    refuses: 2,
    'loses-confirms': 3,
    'closes-while-opening': 1,
    dynamodb: 7,
  });
  switch (kind) {
    case 'kill':
    case 'poller-lost':
      return { kind, consumer, at };
    case 'kill-at-call':
      return { kind, consumer, call: random.whole(1, 30), phase: random.pick(['before', 'under-way', 'answered']) };
    case 'connections-lost':
      return { kind, at };
    case 'closes-while-opening':
      return { kind, from: at, times: random.whole(1, 2) };
    case 'broker-away':
    case 'blocked':
      return { kind, ...span };
    case 'refuses':
    case 'loses-confirms':
      return { kind, ...span, probability };
    case 'dynamodb':
      return {
        kind,
        ...span,
        probability,
        fault: random.weighted({ throttled: 2, denied: 1, 'lost-request': 2, 'lost-answer': 4, late: 2 }),
      };
  }
}
