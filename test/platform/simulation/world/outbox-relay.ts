import { DynamoDbOutboxStore } from '../../../../lib/platform/runtime/outbox/dynamodb-outbox-store.ts';
import {
  type RelayEvent,
  type RelayHandlerServices,
  relayHandler,
} from '../../../../lib/platform/runtime/outbox/relay-handler.ts';
import { TableStream } from '../dynamodb/table-stream.ts';
import { Random } from '../engine/random.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { Handler } from '../lambda/environment.ts';
import { SimulatedFunction } from '../lambda/function.ts';
import { simulatedPublisher } from '../rabbitmq/publisher.ts';
import type { RelayPlan } from '../scenario/scenario.ts';
import { storyLogger } from './story-logger.ts';
import type { World } from './world.ts';

/** As `lib/platform/constructs/outbox.ts` has it. */
const timeoutMilliseconds = 30_000;
const everyMilliseconds = 60_000;

/** The function that empties the outbox: the real relay, invoked by the table's stream and once a minute. */
export class OutboxRelay {
  readonly #world: World;
  readonly #plan: RelayPlan;
  readonly #random: Random;
  readonly #function: SimulatedFunction;
  readonly #stream: TableStream | undefined;

  constructor(plan: RelayPlan, world: World) {
    this.#world = world;
    this.#plan = plan;
    this.#random = new Random(world.scenario.seed, 'relay');
    const { maximumSkewMilliseconds } = plan;
    this.#function = new SimulatedFunction(
      {
        name: 'relay',
        timeoutMilliseconds,
        maximumSkewMilliseconds,
        start: (process) => this.#environment(process),
      },
      world.scheduler,
      this.#random,
    );
    world.deaths.threaten(this.#function);
    if (plan.hasStream) this.#stream = new TableStream(this.#function, world.scheduler, this.#random);
    world.onChange.push((table, before, after) => {
      if (table !== 'outbox') return;
      world.outbox.changed(before, after);
      if (before === undefined && after) this.#stream?.inserted(after);
    });
  }

  get rests(): boolean {
    return this.#world.outbox.waiting === 0 && this.#function.busy.length === 0;
  }

  /** Runs within a minute from now, and each minute after. */
  begin(): void {
    this.#world.scheduler.after(this.#random.next() * everyMilliseconds, () => this.#run());
  }

  #run(): void {
    // EventBridge invokes at least once.
    for (let times = this.#plan.invokesTwice ? 2 : 1; times > 0; times--)
      this.#function.invoke({ source: 'aws.events' }, () => undefined);
    this.#world.scheduler.after(everyMilliseconds, () => this.#run());
  }

  /** See `lib/platform/functions/outbox-relay`. */
  #environment(process: SimulatedProcess): Handler {
    const { database, network, killings, outbox, logins, story } = this.#world;
    const random = this.#random;
    const now = process.clock.now;
    const publisher = simulatedPublisher({
      ...network,
      process,
      random,
      credentials: logins?.sourceOf('shop', process),
      sends: (_, publishing) => {
        killings.asks(process, 'publishing');
        if (process.alive) outbox.sends(publishing);
      },
      confirmed: (publishing) => outbox.confirmed(publishing),
    });
    const services: RelayHandlerServices = {
      store: new DynamoDbOutboxStore({ client: database(process, random), tableName: 'outbox', now }),
      publisher,
      log: storyLogger(story, process.name),
      now,
      onReport: () => undefined,
    };
    const handler = relayHandler(() => services);
    return (event, context) => handler(event as RelayEvent, context as Parameters<typeof handler>[1]);
  }
}
