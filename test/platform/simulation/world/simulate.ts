import '../engine/virtual-globals.ts';
import { BreakerWatch } from '../checks/breaker.ts';
import { checkFinalState } from '../checks/invariants.ts';
import type { Violation } from '../checks/ledger.ts';
import { Random } from '../engine/random.ts';
import { simulateGlobals } from '../engine/virtual-globals.ts';
import type { SimulatedMapping } from '../lambda/mapping.ts';
import { MappingApi } from '../lambda/mapping-control.ts';
import { troubledMilliseconds } from '../scenario/draw.ts';
import { type BreakerPlan, type Scenario, troubleEnds } from '../scenario/scenario.ts';
import { ConsumerControl } from './consumer-control.ts';
import { Consumers } from './consumers.ts';
import { OutboxRelay } from './outbox-relay.ts';
import { Rest } from './rest.ts';
import { Rotations } from './rotations.ts';
import { Shop } from './shop.ts';
import { strike } from './strike.ts';
import { createWorld, type World } from './world.ts';

export interface Outcome {
  readonly violations: readonly Violation[];
  readonly story: readonly string[];
  readonly steps: number;
  /** Milliseconds of virtual time. */
  readonly elapsed: number;
}

/** When everything must have come to rest, in milliseconds after the last fault: the longest lease, retries, and dead-lettering that tries again every three minutes. */
const patienceMilliseconds = 900_000;

/** Lives a scenario from its first message until everything has settled, and says which promises were broken. */
export async function simulate(scenario: Scenario, { tells = false } = {}): Promise<Outcome> {
  const world = createWorld(scenario, tells);
  const end = simulateGlobals(world.scheduler, new Random(scenario.seed, 'globals').next);
  try {
    await live(world);
  } finally {
    end();
  }
  const { ledger, story, scheduler, start } = world;
  return {
    violations: ledger.violations,
    story: story.lines,
    steps: scheduler.steps,
    elapsed: scheduler.now - start,
  };
}

async function live(world: World): Promise<void> {
  const { scenario, scheduler, ledger, start } = world;
  const { messages, consumers: plans, faults, breaker, relay: relayPlan } = scenario;
  const shop = new Shop(world);
  const consumers = new Consumers(world);
  const control = breaker && controlOf(breaker, consumers.mappings, world);
  const relay = relayPlan && new OutboxRelay(relayPlan, world);
  const queues = consumers.mappings.map(({ settings }) => settings.queue);
  const rotations = world.logins && new Rotations(scenario.rotations ?? [], world.logins, queues, world);
  for (const message of messages) {
    for (const { name } of plans)
      if (message.to === 'all' || message.to === name) ledger.open(name, message.id, message.key);
    shop.plan(message);
  }
  for (const mapping of consumers.mappings) mapping.enable();
  strike(faults, {
    ...world,
    mappings: consumers.mappings,
    loseConnection: (mapping) => consumers.loseConnection(mapping),
    changeByHand: (consumer, to) => control?.changeByHand(consumer, to),
  });
  control?.begin();
  relay?.begin();
  const rest = new Rest(world, { shop, consumers, relay, rotations });
  rest.look();
  const latest = start + Math.max(troubledMilliseconds, troubleEnds(scenario)) + patienceMilliseconds;
  await scheduler.run(latest, () => rest.reached || ledger.violations.length > 0);
  if (ledger.violations.length > 0) return;
  world.outbox.rests(messages);
  rotations?.check();
  checkFinalState({ ...world, consumers: plans, messages });
}

function controlOf(breaker: BreakerPlan, mappings: readonly SimulatedMapping[], world: World): ConsumerControl {
  const { scenario, scheduler, story, ledger, deaths, database, start } = world;
  const { seed, consumers } = scenario;
  const random = new Random(seed, 'control');
  const now = (): number => scheduler.now;
  const control = new ConsumerControl({
    breaker,
    consumers,
    api: new MappingApi(mappings, scheduler, random),
    watch: new BreakerWatch(ledger, breaker, consumers, { now, calmSince: start + troubledMilliseconds }),
    client: (process) => database(process, random),
    scheduler,
    random,
    story,
  });
  deaths.threaten(control.target);
  return control;
}
