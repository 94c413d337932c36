import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbCircuitStore } from '../../../../lib/platform/operations/circuit/circuit-store.ts';
import { lookAfterConsumers } from '../../../../lib/platform/operations/circuit/control-consumers.ts';
import { DynamoDbHealthSource } from '../../../../lib/platform/operations/circuit/health-source.ts';
import { noteDisabled } from '../../../../lib/platform/operations/circuit/note-disabled.ts';
import type { BreakerWatch } from '../checks/breaker.ts';
import type { Random } from '../engine/random.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { Handler } from '../lambda/environment.ts';
import { SimulatedFunction } from '../lambda/function.ts';
import type { MappingApi } from '../lambda/mapping-control.ts';
import type { BreakerPlan, ConsumerPlan } from '../scenario/scenario.ts';
import type { Story } from '../story.ts';
import { queuesOf } from './topology.ts';

export interface ControlWorld {
  readonly breaker: BreakerPlan;
  readonly consumers: readonly ConsumerPlan[];
  readonly api: MappingApi;
  readonly watch: BreakerWatch;
  readonly client: (process: SimulatedProcess) => DynamoDBClient;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly story: Story;
}

/** Who switches event source mappings: the function that opens and closes circuits, with the real code, and a person with the console. */
export class ConsumerControl {
  readonly target: SimulatedFunction;
  readonly #world: ControlWorld;

  constructor(world: ControlWorld) {
    this.#world = world;
    const settings = { name: 'control', timeoutMilliseconds: 50_000, maximumSkewMilliseconds: 200 };
    const start = (process: SimulatedProcess): Handler => this.#environment(process);
    this.target = new SimulatedFunction({ ...settings, start }, world.scheduler, world.random);
  }

  /** Looks now, and once a minute. */
  begin(): void {
    this.target.invoke({ source: 'aws.events' }, () => undefined);
    this.#world.scheduler.after(60_000, () => this.begin());
  }

  /**
   * A person switches the mapping of a consumer's first queue: when the circuit breaker has seen what it changed itself, because until then
   * nothing tells their changes apart.
   */
  changeByHand(consumer: string, to: 'enabled' | 'disabled'): void {
    const { api, consumers, scheduler, watch, story } = this.#world;
    const [id = consumer] = consumers.filter(({ name }) => name === consumer).flatMap(queuesOf);
    const lastModified = api.list().find((mapping) => mapping.id === id)?.lastModified ?? 0;
    if (scheduler.now - lastModified < 35_000 || !api.change(id, to)) {
      scheduler.after(60_000, () => this.changeByHand(consumer, to));
      return;
    }
    story.tell(() => `A person has the mapping of ${id} ${to}.`);
    watch.changedByHand(id, to);
  }

  /** See `lib/platform/functions/consumer-control`. */
  #environment(process: SimulatedProcess): Handler {
    const { breaker, consumers, api, watch, client: open, story } = this.#world;
    const queues = Object.fromEntries(consumers.map((consumer) => [consumer.name, queuesOf(consumer)]));
    const client = open(process);
    const services = {
      circuits: new DynamoDbCircuitStore({ client, tableName: 'circuits' }),
      health: new DynamoDbHealthSource({ client, tableName: 'health' }),
      mappings: api.controlOf(process, (id, to) => {
        story.tell(() => `The circuit breaker has the mapping of ${id} ${to}.`);
        watch.switches(id, to);
      }),
      clock: process.clock,
      log: (message: string) => story.tell(() => `${process.name} logs: ${message}.`),
    };
    return async () => {
      watch.looked(await lookAfterConsumers({ queues, breaker }, services));
      await noteDisabled(Object.keys(queues), services, process.clock.now() + 30_000);
    };
  }
}
