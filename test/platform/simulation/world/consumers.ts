import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { DynamoDbHealthStore } from '../../../../lib/platform/runtime/health/dynamodb-health-store.ts';
import { HealthReporter } from '../../../../lib/platform/runtime/health/health-reporter.ts';
import { deadLetterExchange } from '../../../../lib/platform/topology/names.ts';
import { functionUser } from '../../../../lib/platform/topology/users.ts';
import type { Account } from '../checks/ledger.ts';
import { Random } from '../engine/random.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { Handler } from '../lambda/environment.ts';
import { SimulatedFunction } from '../lambda/function.ts';
import { SimulatedMapping } from '../lambda/mapping.ts';
import { simulatedPublisher } from '../rabbitmq/publisher.ts';
import type { ConsumerPlan, MessagePlan } from '../scenario/scenario.ts';
import { Business } from './business.ts';
import { consumerFunction } from './consumer-function.ts';
import { outboxItems } from './outbox-events.ts';
import { queuesOf } from './topology.ts';
import type { World } from './world.ts';

/** The consumers of a scenario: a function for each queue, with its event source mapping. */
export class Consumers {
  readonly mappings: readonly SimulatedMapping[];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    this.mappings = world.scenario.consumers.flatMap((plan) => this.#mappingsOf(plan));
  }

  /** What is under way goes on beside what the next connection brings. */
  loseConnection(mapping: SimulatedMapping): void {
    for (const { process } of mapping.target.occupied) this.#world.invocations.abandon(process);
    mapping.loseConnection();
  }

  #mappingsOf(plan: ConsumerPlan): SimulatedMapping[] {
    const { scheduler, broker, scenario, deaths, logins } = this.#world;
    const events = logins ? { permits: (queue: string) => logins.mappingPermits(queue) } : {};
    const random = new Random(scenario.seed, plan.name);
    const { batchSize, windowMilliseconds, failureVerb } = plan;
    return queuesOf(plan).map((queue) => {
      const target = this.#function(plan, queue, random);
      deaths.threaten(target);
      const settings = { queue, batchSize, windowMilliseconds, failureVerb };
      return new SimulatedMapping(settings, target, broker.queue(queue), { scheduler, random, events });
    });
  }

  #function(plan: ConsumerPlan, queue: string, random: Random): SimulatedFunction {
    const { scheduler, invocations, story } = this.#world;
    const { timeoutMilliseconds, maximumSkewMilliseconds, claims } = plan;
    return new SimulatedFunction(
      {
        name: queue,
        timeoutMilliseconds,
        maximumSkewMilliseconds,
        start: (process) => this.#environment(plan, process, random),
        onEnd: (process, result) => {
          invocations.end(process, result, claims);
          story.tell(
            () => `${process.name} ends its batch: ${result.status === 'failed' ? result.error : 'succeeded'}.`,
          );
        },
      },
      scheduler,
      random,
    );
  }

  /** What runs when an environment starts. */
  #environment(plan: ConsumerPlan, process: SimulatedProcess, random: Random): Handler {
    const { ledger, story, invocations, database, trouble } = this.#world;
    const account = (id: string): Account => ledger.account(plan.name, id);
    const handler = consumerFunction(plan, this.#business(plan, process, random), {
      process,
      client: database(process, random),
      health: this.#world.scenario.breaker && this.#healthReporter(plan, process, random),
      publisher: this.#publisher(plan, process, random),
      random: random.next,
      name: () => trouble.nameOf(plan.name),
      story,
    });
    return (event, context) => {
      const ids = idsOf(event);
      story.tell(() => `${process.name} gets ${ids.join(', ')}.`);
      invocations.begin(process, ids.map(account), plan.timeoutMilliseconds);
      return handler(event, context);
    };
  }

  #business(plan: ConsumerPlan, process: SimulatedProcess, random: Random): Business {
    const { ledger, story, plans, trouble, order, invocations, deaths } = this.#world;
    return new Business({
      consumer: plan,
      process,
      random,
      story,
      plan: (id) => plans.get(id) as MessagePlan,
      dependency: () => trouble.dependency(plan.name),
      account: (id) => ledger.account(plan.name, id),
      begin: (of, message) => {
        if (plan.ordered && plan.claims) order.begins(process.name.replace(/\/\d+$/, ''), of);
        return invocations.run(process, of, message.attempt);
      },
      effect: (of) => this.#effect(process, of),
      events: (of) => this.#eventsOf(of, process),
      crash: (of, doing) => {
        if (!process.alive) return;
        invocations.noteCause(process, of);
        deaths.kill(process, `${doing} ${of?.id}`);
      },
    });
  }

  #publisher({ name }: ConsumerPlan, process: SimulatedProcess, random: Random) {
    const { network, killings, ledger, logins } = this.#world;
    return simulatedPublisher({
      ...network,
      process,
      random,
      credentials: logins?.sourceOf(functionUser(name), process),
      sends: () => killings.asks(process, 'publishing'),
      taken: ({ exchange, properties }) => {
        if (exchange === deadLetterExchange) ledger.account(name, String(properties.messageId)).doubts += 1;
      },
      confirmed: ({ exchange, properties }) => {
        if (exchange === deadLetterExchange) ledger.account(name, String(properties.messageId)).doubts -= 1;
      },
    });
  }

  #healthReporter({ name }: ConsumerPlan, process: SimulatedProcess, random: Random): HealthReporter {
    const client = this.#world.database(process, random, { maxAttempts: 1, requestTimeout: 1000 });
    const store = new DynamoDbHealthStore(name, 'health', client);
    return new HealthReporter(async () => store, process.clock);
  }

  #effect(process: SimulatedProcess, account: Account): void {
    const { killings, scheduler, story } = this.#world;
    if (!process.alive) return;
    killings.asks(process, `the effect of ${account.id}`);
    if (!process.alive) return;
    scheduler.after(0.5, () => {
      account.effects += 1;
      story.tell(() => `The effect of ${account.id} happens at ${account.consumer}.`);
    });
  }

  /** Events that the handler adds to the outbox together with its effect. */
  #eventsOf({ consumer, id }: Account, process: SimulatedProcess): TransactWriteItem[] {
    if (!this.#world.scenario.relay) return [];
    const events = this.#world.scenario.messages.filter(
      ({ outbox }) => outbox?.within?.consumer === consumer && outbox.within.message === id,
    );
    return outboxItems(events, process, this.#world);
  }
}

function idsOf(event: unknown): string[] {
  const { rmqMessagesByQueue } = event as {
    rmqMessagesByQueue: Record<string, { basicProperties: { messageId: string } }[]>;
  };
  return Object.values(rmqMessagesByQueue).flatMap((records) =>
    records.map(({ basicProperties }) => basicProperties.messageId),
  );
}
