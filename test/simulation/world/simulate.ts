import '../engine/virtual-globals.ts';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { HealthReporter } from '../../../lib/messaging/health/health-reporter.ts';
import { DynamoDbHealthStore, healthTable } from '../../../lib/messaging/health/health-table.ts';
import { circuitTable } from '../../../lib/operations/circuit/circuit-store.ts';
import { deadLetterExchange } from '../../../lib/topology/names.ts';
import { BreakerWatch } from '../checks/breaker.ts';
import { DelayWatch } from '../checks/delays.ts';
import { checkFinalState, isTerminal, transactions } from '../checks/invariants.ts';
import { InvocationWatch } from '../checks/invocations.ts';
import { type Account, Ledger, type Violation } from '../checks/ledger.ts';
import { OrderWatch } from '../checks/order.ts';
import { dynamoDbClient } from '../dynamodb/client.ts';
import { DynamoDbService } from '../dynamodb/service.ts';
import { Tables } from '../dynamodb/tables.ts';
import { Random } from '../engine/random.ts';
import { Scheduler } from '../engine/scheduler.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import { simulateGlobals } from '../engine/virtual-globals.ts';
import { SimulatedFunction } from '../lambda/function.ts';
import { SimulatedMapping } from '../lambda/mapping.ts';
import { MappingApi } from '../lambda/mapping-control.ts';
import { Broker } from '../rabbitmq/broker.ts';
import { FrontDoor } from '../rabbitmq/front-door.ts';
import { simulatedPublisher } from '../rabbitmq/publisher.ts';
import { troubledMilliseconds } from '../scenario/draw.ts';
import {
  type BreakerPlan,
  type ConsumerPlan,
  type MessagePlan,
  type Scenario,
  troubleEnds,
} from '../scenario/scenario.ts';
import { Story } from '../story.ts';
import { Business } from './business.ts';
import { ConsumerControl } from './consumer-control.ts';
import { consumerFunction } from './consumer-function.ts';
import { Killings } from './killings.ts';
import { Shop } from './shop.ts';
import { strike } from './strike.ts';
import { queuesOf, topologyOf } from './topology.ts';
import { Trouble } from './trouble.ts';

export interface Outcome {
  readonly violations: readonly Violation[];
  readonly story: readonly string[];
  readonly steps: number;
  /** Milliseconds of virtual time. */
  readonly elapsed: number;
}

/** When everything must have come to rest, in milliseconds after the last fault: the longest lease, retries, and dead-lettering that tries again every three minutes. */
const patienceMilliseconds = 900_000;

/**
 * Neighbouring seeds have days of their own, so that nothing which is kept in a library's generator of ids reaches into another one's. All are before
 * 2085: from 2109 on a number holds no thousandth of a millisecond any more, which keeps the order of what travels over one connection.
 */
const startOf = (seed: number): number => Date.UTC(2030, 0, 1) + (seed % 20_000) * 86_400_000;

/** Lives a scenario from its first message until everything has settled, and says which promises were broken. */
export async function simulate(scenario: Scenario, { tells = false } = {}): Promise<Outcome> {
  const world = new World(scenario, tells);
  const end = simulateGlobals(world.scheduler, new Random(scenario.seed, 'globals').next);
  try {
    return await world.live();
  } finally {
    end();
  }
}

class World {
  readonly scheduler: Scheduler;
  readonly #scenario: Scenario;
  readonly #start: number;
  readonly #story: Story;
  readonly #ledger = new Ledger();
  readonly #tables = new Tables({
    claims: { partitionKey: 'id' },
    effects: { partitionKey: 'id' },
    health: healthTable,
    circuits: circuitTable,
  });
  readonly #dynamoDb: DynamoDbService;
  readonly #trouble: Trouble;
  readonly #broker: Broker;
  readonly #door: FrontDoor;
  readonly #killings: Killings;
  readonly #delays: DelayWatch;
  readonly #order: OrderWatch;
  readonly #invocations: InvocationWatch;
  readonly #shop: Shop;
  readonly #mappings: SimulatedMapping[] = [];
  readonly #control: ConsumerControl | undefined;
  readonly #plans: ReadonlyMap<string, MessagePlan>;
  readonly #dead = new Set<string>();

  constructor(scenario: Scenario, tells: boolean) {
    const { seed, faults, consumers, messages, brokerVersion, breaker } = scenario;
    this.#scenario = scenario;
    this.#start = startOf(seed);
    this.scheduler = new Scheduler(this.#start, new Random(seed, 'scheduler'));
    const now = (): number => this.scheduler.now;
    this.#story = new Story(tells, () => this.scheduler.now - this.#start);
    this.#plans = new Map(messages.map((message) => [message.id, message]));
    this.#dynamoDb = new DynamoDbService(this.#tables, this.scheduler, new Random(seed, 'dynamodb'));
    this.#trouble = new Trouble(faults, this.scheduler, new Random(seed, 'trouble'), this.#story);
    this.#delays = new DelayWatch(this.#ledger, now, () => this.#broker);
    this.#order = new OrderWatch(this.#ledger, (consumer, id) => this.#isOver(consumer, id));
    this.#invocations = new InvocationWatch(this.#ledger, now);
    this.#killings = new Killings(faults, this.scheduler, (process, why) => this.#kill(process, why));
    this.#broker = new Broker(topologyOf(consumers), brokerVersion, this.scheduler, {
      arrived: (queue, message) => {
        const id = String(message.properties.messageId);
        if (isTerminal(queue)) {
          this.#dead.add(`${queue}/${id}`);
          this.#story.tell(
            () => `${id} is in ${queue}: ${message.headers['x-dead-letter-reason'] ?? message.deaths[0]?.reason}.`,
          );
        } else if (!queue.startsWith('delay.')) {
          this.#story.tell(
            () =>
              `${id} comes into ${queue}${message.headers['x-attempt'] ? `, attempt ${message.headers['x-attempt']}` : ''}.`,
          );
          this.#delays.arrived(queue, message);
          const planned = this.#plans.get(id);
          if (planned && !planned.flaw) this.#order.arrived(queue, id, planned.key);
        }
      },
      dropped: (queue, message, why) => {
        this.#story.tell(() => `The broker drops ${message.properties.messageId} from ${queue}: ${why}.`);
      },
    });
    const network = new Random(seed, 'network');
    this.#door = new FrontDoor(
      this.#broker,
      {
        isAway: this.#trouble.brokerIsAway,
        closesWhileOpening: this.#trouble.closesWhileOpening,
        refuses: this.#trouble.refuses,
        losesConfirm: this.#trouble.losesConfirm,
      },
      this.scheduler,
      network,
      (publishing) => this.#delays.published(publishing),
    );
    this.#shop = new Shop(
      { door: this.#door, scheduler: this.scheduler, random: network },
      this.scheduler,
      this.#ledger,
      this.#story,
    );
    for (const consumer of consumers) this.#add(consumer);
    this.#control = breaker && this.#controlWith(breaker);
  }

  async live(): Promise<Outcome> {
    const { messages, consumers, faults } = this.#scenario;
    for (const message of messages) {
      for (const { name } of consumers)
        if (message.to === 'all' || message.to === name) this.#ledger.open(name, message.id, message.key);
      this.#shop.plan(message);
    }
    for (const mapping of this.#mappings) mapping.enable();
    strike(faults, {
      scheduler: this.scheduler,
      door: this.#door,
      story: this.#story,
      mappings: this.#mappings,
      kill: (process, why) => this.#kill(process, why),
      loseConnection: (mapping) => this.#loseConnection(mapping),
      changeByHand: (consumer, to) => this.#control?.changeByHand(consumer, to),
    });
    this.#control?.begin();
    const watch = this.#watchForRest();
    await this.scheduler.run(
      this.#start + Math.max(troubledMilliseconds, troubleEnds(this.#scenario)) + patienceMilliseconds,
      () => watch.rests || this.#ledger.violations.length > 0,
    );
    if (this.#ledger.violations.length === 0)
      checkFinalState({ broker: this.#broker, tables: this.#tables, ledger: this.#ledger, consumers, messages });
    return {
      violations: this.#ledger.violations,
      story: this.#story.lines,
      steps: this.scheduler.steps,
      elapsed: this.scheduler.now - this.#start,
    };
  }

  /** Looks once a second. At rest: nothing is on its way, and nobody is at work, for a while. */
  #watchForRest(): { readonly rests: boolean } {
    const watch = { rests: false };
    const consumed = this.#mappings.map(({ settings }) => settings.queue);
    let quiet = 0;
    const look = (): void => {
      this.#delays.look(consumed);
      const isQuiet =
        this.#shop.open === 0 &&
        this.#mappings.every(({ target }) => target.busy.length === 0) &&
        [...this.#broker.queues()].every((queue) => isTerminal(queue.name) || queue.size === 0);
      quiet = isQuiet ? quiet + 1 : 0;
      watch.rests = quiet > 30;
      this.scheduler.after(1000, look);
    };
    look();
    return watch;
  }

  #add(plan: ConsumerPlan): void {
    const { seed } = this.#scenario;
    const random = new Random(seed, plan.name);
    for (const queue of queuesOf(plan)) {
      const target = new SimulatedFunction(
        {
          name: queue,
          timeoutMilliseconds: plan.timeoutMilliseconds,
          maximumSkewMilliseconds: plan.maximumSkewMilliseconds,
          start: (process) => this.#environment(plan, process, random),
          onEnd: (process, result) => {
            this.#invocations.end(process, result, plan.claims);
            this.#story.tell(
              () => `${process.name} ends its batch: ${result.status === 'failed' ? result.error : 'succeeded'}.`,
            );
          },
        },
        this.scheduler,
        random,
      );
      const { batchSize, windowMilliseconds, failureVerb } = plan;
      this.#mappings.push(
        new SimulatedMapping({ queue, batchSize, windowMilliseconds, failureVerb }, target, this.#broker.queue(queue), {
          scheduler: this.scheduler,
          random,
          events: {},
        }),
      );
    }
  }

  /** What runs when an environment of a consumer's function starts. */
  #environment(plan: ConsumerPlan, process: SimulatedProcess, random: Random) {
    const account = (id: string): Account => this.#ledger.account(plan.name, id);
    const business = new Business({
      consumer: plan,
      process,
      random,
      story: this.#story,
      plan: (id) => this.#plans.get(id) as MessagePlan,
      dependency: () => this.#trouble.dependency(plan.name),
      account,
      begin: (of, message) => {
        if (plan.ordered && plan.claims) this.#order.begins(process.name.replace(/\/\d+$/, ''), of);
        return this.#invocations.run(process, of, message.attempt);
      },
      effect: (of) => this.#effect(process, of),
      crash: (of, doing) => {
        if (!process.alive) return;
        this.#invocations.blame(process, of);
        this.#kill(process, `${doing} ${of?.id}`);
      },
    });
    const handler = consumerFunction(plan, business, {
      process,
      client: this.#client(process, random),
      health: this.#control && this.#healthReporter(plan, process, random),
      publisher: simulatedPublisher({
        process,
        door: this.#door,
        scheduler: this.scheduler,
        random,
        sends: () => this.#killings.asks(process, 'publishing'),
        taken: ({ exchange, properties }) => {
          if (exchange === deadLetterExchange) account(String(properties.messageId)).doubts += 1;
        },
        confirmed: ({ exchange, properties }) => {
          if (exchange === deadLetterExchange) account(String(properties.messageId)).doubts -= 1;
        },
      }),
      random: random.next,
      story: this.#story,
    });
    return (event: unknown, context: Parameters<typeof handler>[1]) => {
      const ids = idsOf(event);
      this.#story.tell(() => `${process.name} gets ${ids.join(', ')}.`);
      this.#invocations.begin(process, ids.map(account), plan.timeoutMilliseconds);
      return handler(event, context);
    };
  }

  #client(
    process: SimulatedProcess,
    random: Random,
    settings: { readonly maxAttempts?: number; readonly requestTimeout?: number } = {},
  ): DynamoDBClient {
    return dynamoDbClient({
      process,
      service: this.#dynamoDb,
      scheduler: this.scheduler,
      random,
      trouble: ({ operation }) => {
        const fault = this.#trouble.dynamoDb();
        this.#invocations.asked(process, fault === 'denied');
        if (fault === undefined) return undefined;
        this.#story.tell(() => `DynamoDB: ${operation} of ${process.name} is ${fault}.`);
        this.#invocations.disturb(process);
        return fault;
      },
      watcher: {
        asks: (_, { operation }) => this.#killings.asks(process, operation),
        answered: (_, { operation }) => this.#killings.answered(process, operation),
      },
      ...settings,
    });
  }

  #healthReporter({ name }: ConsumerPlan, process: SimulatedProcess, random: Random): HealthReporter {
    const client = this.#client(process, random, { maxAttempts: 1, requestTimeout: 1000 });
    const store = new DynamoDbHealthStore(name, 'health', client);
    return new HealthReporter(async () => store, process.clock);
  }

  #controlWith(breaker: BreakerPlan): ConsumerControl {
    const { seed, consumers } = this.#scenario;
    const { scheduler } = this;
    const random = new Random(seed, 'control');
    return new ConsumerControl({
      breaker,
      consumers,
      api: new MappingApi(this.#mappings, scheduler, random),
      watch: new BreakerWatch(this.#ledger, breaker, consumers, {
        now: () => scheduler.now,
        calmSince: this.#start + troubledMilliseconds,
      }),
      client: (process) => this.#client(process, random),
      scheduler,
      random,
      story: this.#story,
    });
  }

  #effect(process: SimulatedProcess, account: Account): void {
    if (!process.alive) return;
    this.#killings.asks(process, `the effect of ${account.id}`);
    if (!process.alive) return;
    this.scheduler.after(0.5, () => {
      account.effects += 1;
      this.#story.tell(() => `The effect of ${account.id} happens at ${account.consumer}.`);
    });
  }

  #kill(process: SimulatedProcess, why: string): void {
    if (!process.alive) return;
    this.#story.tell(() => `${process.name} dies ${why}.`);
    for (const { target } of [...this.#mappings, ...(this.#control ? [this.#control] : [])])
      target.environmentOf(process)?.kill(`the process ended ${why}`);
    this.#door.disconnect('the client is gone', process.name);
  }

  /** What is under way goes on beside what the next connection brings. */
  #loseConnection(mapping: SimulatedMapping): void {
    for (const { process } of mapping.target.busy) this.#invocations.disturb(process);
    mapping.loseConnection();
  }

  #isOver(consumer: string, id: string): boolean {
    const account = this.#ledger.account(consumer, id);
    if (account.runs.some(({ gaveUp }) => gaveUp)) return true;
    return account.effects + transactions(this.#tables, account) > 0 || this.#dead.has(`${consumer}.dead-letter/${id}`);
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
