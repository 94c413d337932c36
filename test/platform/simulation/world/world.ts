import { circuitTable, claimTable, healthTable, outboxTable } from '../../../../lib/platform/config/table-shapes.ts';
import { BackoffWatch } from '../checks/backoff.ts';
import { DelayWatch } from '../checks/delays.ts';
import { InvocationWatch } from '../checks/invocations.ts';
import { Ledger } from '../checks/ledger.ts';
import { OrderWatch } from '../checks/order.ts';
import { OutboxWatch } from '../checks/outbox.ts';
import { Settled } from '../checks/settled.ts';
import { DynamoDbService } from '../dynamodb/service.ts';
import { type TableChange, Tables } from '../dynamodb/tables.ts';
import { Random } from '../engine/random.ts';
import { Scheduler } from '../engine/scheduler.ts';
import type { Network } from '../rabbitmq/client-connection.ts';
import { FrontDoor } from '../rabbitmq/front-door.ts';
import { Broker } from '../rabbitmq/simulated-broker.ts';
import type { MessagePlan, Scenario } from '../scenario/scenario.ts';
import { Story } from '../story.ts';
import { arrivalsIn } from './arrivals.ts';
import { databaseOf, type OpenDatabase } from './database.ts';
import { Deaths } from './deaths.ts';
import { Killings } from './killings.ts';
import { Logins } from './logins.ts';
import { type RemoteCall, remoteCallsOf } from './remote-calls.ts';
import { topologyOf } from './topology.ts';
import { Trouble } from './trouble.ts';

/** Services, and who watches them: what everybody in a scenario shares. */
export interface World {
  readonly scenario: Scenario;
  readonly plans: ReadonlyMap<string, MessagePlan>;
  /** When it begins, in milliseconds since the epoch. */
  readonly start: number;
  readonly scheduler: Scheduler;
  readonly story: Story;
  readonly ledger: Ledger;
  readonly delays: DelayWatch;
  readonly order: OrderWatch;
  readonly invocations: InvocationWatch;
  readonly outbox: OutboxWatch;
  readonly tables: Tables;
  readonly database: OpenDatabase;
  /** Told of each change of an item. */
  readonly onChange: TableChange[];
  readonly broker: Broker;
  readonly door: FrontDoor;
  readonly network: Omit<Network, 'process'>;
  readonly call: RemoteCall;
  /** @default passwords never change */
  readonly logins: Logins | undefined;
  readonly trouble: Trouble;
  readonly killings: Killings;
  readonly deaths: Deaths;
}

const shapes = {
  claims: claimTable,
  effects: { partitionKey: 'id' },
  health: healthTable,
  circuits: circuitTable,
  outbox: {
    partitionKey: outboxTable.partitionKey,
    sortKey: outboxTable.sortKey,
    indexes: { [outboxTable.pendingIndex]: outboxTable.pendingIndex },
  },
};

/**
 * Neighbouring seeds have days of their own, so that nothing which is kept in a library's generator of ids reaches into another one's. All are before
 * 2085: from 2109 on a number holds no thousandth of a millisecond any more, which keeps the order of what travels over one connection.
 */
const startOf = (seed: number): number => Date.UTC(2030, 0, 1) + (seed % 20_000) * 86_400_000;

/** @param tells whether its story is wanted */
export function createWorld(scenario: Scenario, tells: boolean): World {
  const { seed, faults, consumers, messages, brokerVersion, relay } = scenario;
  const start = startOf(seed);
  const scheduler = new Scheduler(start, new Random(seed, 'scheduler'));
  const now = (): number => scheduler.now;
  const story = new Story(tells, () => scheduler.now - start);
  const plans = new Map(messages.map((message) => [message.id, message]));
  const ledger = new Ledger();
  const onChange: TableChange[] = [];
  const tables = new Tables(shapes, (...change) => {
    for (const listen of onChange) listen(...change);
  });
  const trouble = new Trouble(faults, scheduler, new Random(seed, 'trouble'), story);
  const settled = new Settled(ledger, tables);
  const order = new OrderWatch(ledger, (consumer, id) => settled.has(consumer, id));
  const delays = new DelayWatch(ledger, {
    now,
    broker: () => broker,
    deliverAt: (id) => {
      const deliverAt = plans.get(id)?.outbox?.deliverAt;
      return deliverAt === undefined ? undefined : start + deliverAt;
    },
    maximumSkewMilliseconds: relay?.maximumSkewMilliseconds ?? 0,
  });
  const broker: Broker = new Broker(
    topologyOf(consumers),
    brokerVersion,
    scheduler,
    arrivalsIn({ plans, settled, delays, order, story }),
  );
  const backoff = new BackoffWatch(ledger, consumers);
  const random = new Random(seed, 'network');
  const door = new FrontDoor(
    broker,
    {
      isAway: trouble.brokerIsAway,
      closesWhileOpening: trouble.closesWhileOpening,
      isUnbound: trouble.isUnbound,
      refuses: trouble.refuses,
      losesConfirm: trouble.losesConfirm,
    },
    scheduler,
    random,
    (publishing) => {
      delays.published(publishing);
      backoff.published(publishing);
    },
  );
  const deaths = new Deaths(door, story);
  const killings = new Killings(faults, scheduler, (process, why) => deaths.kill(process, why));
  const invocations = new InvocationWatch(ledger, now);
  const call = remoteCallsOf(scheduler, new Random(seed, 'calls'), killings);
  const logins = scenario.rotations && new Logins(topologyOf(consumers), ledger, call);
  const service = new DynamoDbService(tables, scheduler, new Random(seed, 'dynamodb'));
  return {
    scenario,
    plans,
    start,
    scheduler,
    story,
    ledger,
    delays,
    order,
    invocations,
    outbox: new OutboxWatch(ledger, tables, faults.length === 0),
    tables,
    database: databaseOf({ service, scheduler, trouble, killings, invocations, story }),
    onChange,
    broker,
    door,
    network: { door, scheduler, random, ...(logins && { permits: (credentials) => logins.permits(credentials) }) },
    call,
    logins,
    trouble,
    killings,
    deaths,
  };
}
