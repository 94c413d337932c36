import { cloneSuffix } from '../alternate-users.ts';
import { consumerOfQueue, fedQueues } from '../consumer-queues.ts';
import type {
  BindingDeclaration,
  ConsumerDeclaration,
  PublishDeclaration,
  TopologyDeclaration,
} from '../declaration.ts';
import { scheduleProblems } from '../expand-schedules.ts';
import { InvalidTopologyError } from '../invalid-topology-error.ts';
import { isDelayQueue } from '../names.ts';
import { monitoringUser } from '../users.ts';

/**
 * Checks what is no longer visible once a declaration is expanded.
 * @throws InvalidTopologyError with every problem.
 */
export function validateDeclaration(declaration: TopologyDeclaration): void {
  const problems = [...declarationProblems(declaration), ...scheduleProblems(declaration)];
  if (problems.length > 0) throw new InvalidTopologyError(problems);
}

function* declarationProblems({ exchanges, consumers, publishers, additional }: TopologyDeclaration): Iterable<string> {
  const exchangeNames = new Set([...Object.keys(exchanges), ...(additional?.exchanges ?? []).map(({ name }) => name)]);
  const unknownExchanges = function* (
    who: string,
    what: string,
    uses: readonly (BindingDeclaration | PublishDeclaration)[],
  ): Iterable<string> {
    for (const { exchange } of uses) {
      if (exchangeNames.has(exchange) || exchange.startsWith('amq.')) continue;
      yield `${who} ${what} exchange '${exchange}', which is not declared (${list(exchangeNames)}): add it to exchanges or correct the name`;
    }
  };
  const unknownConsumers = function* (who: string, schedules: readonly string[] = []): Iterable<string> {
    for (const name of schedules) {
      if (!Object.hasOwn(consumers, name)) {
        yield `${who} schedules messages for consumer '${name}', which is not declared (${list(Object.keys(consumers))})`;
      }
    }
  };

  for (const [name, { bindings = [] }] of Object.entries(exchanges)) {
    yield* unknownExchanges(`exchange '${name}'`, 'is bound to', bindings);
  }
  for (const [name, consumer] of Object.entries(consumers)) {
    const who = `consumer '${name}'`;
    yield* unknownExchanges(who, 'is bound to', consumer.bindings);
    yield* unknownExchanges(who, 'publishes to', consumer.publishes ?? []);
    yield* unknownConsumers(who, consumer.schedules);
    yield* outOfRange(`${who}: shards.count`, consumer.shards?.count, 2, 64);
    yield* formerQueueProblems(name, consumer);
    yield* outOfRange(`${who}: deliveryLimit`, consumer.deliveryLimit, 1, 2 ** 31 - 1);
    yield* reservedName(who, name);
    if (isDelayQueue(name)) yield `${who} has a name like a queue of the delay infrastructure: rename it`;
    yield* outOfRange(`${who}: maxLength`, consumer.maxLength, 1, 2 ** 31 - 1);
    if (Object.hasOwn(publishers, name)) {
      yield `'${name}' is both a consumer and a publisher, and each needs a broker user of that name: rename one`;
    }
  }
  for (const [name, publisher] of Object.entries(publishers)) {
    yield* reservedName(`publisher '${name}'`, name);
    yield* unknownExchanges(`publisher '${name}'`, 'publishes to', publisher.publishes);
    yield* unknownConsumers(`publisher '${name}'`, publisher.schedules);
  }
}

function* formerQueueProblems(name: string, consumer: ConsumerDeclaration): Iterable<string> {
  const fed = fedQueues(name, consumer);
  for (const queue of consumer.formerQueues ?? []) {
    if (fed.includes(queue))
      yield `consumer '${name}': '${queue}' is in formerQueues and is one of its queues now: take it out`;
    else if (consumerOfQueue(queue) !== name)
      yield `consumer '${name}': '${queue}' in formerQueues was none of its queues: take '${name}' or '${name}.shard-<n>'`;
  }
}

function* reservedName(who: string, name: string): Iterable<string> {
  if (name.endsWith(cloneSuffix))
    yield `${who} ends with '${cloneSuffix}', which marks the second of two broker users that take turns: rename it`;
  if (name === monitoringUser()) yield `${who} has the name of the broker user that reads statistics: rename it`;
}

function* outOfRange(what: string, value: number | undefined, least: number, most: number): Iterable<string> {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  yield `${what} is ${value}; it must be a whole number from ${least} to ${most}`;
}

function list(names: Iterable<string>): string {
  const all = [...names];
  return all.length === 0 ? 'none are' : `declared: ${all.join(', ')}`;
}
