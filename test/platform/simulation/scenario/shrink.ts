import type { ConsumerPlan, MessagePlan, Scenario } from './scenario.ts';

/** Runs of the shrinker at most: a story that is a little too long is better than none. */
const mostRuns = 600;

/**
 * The smallest scenario found that still fails in the same way: messages, faults and settings are left out one after the other for as long as
 * that makes a difference.
 */
export async function shrink(scenario: Scenario, fails: (candidate: Scenario) => Promise<boolean>): Promise<Scenario> {
  let smallest = scenario;
  let runs = 0;
  for (let progress = true; progress; ) {
    progress = false;
    for (const candidate of simpler(smallest)) {
      if (++runs > mostRuns) return smallest;
      if (!(await fails(candidate))) continue;
      smallest = candidate;
      progress = true;
      break;
    }
  }
  return smallest;
}

/** Everything that is one step simpler, what saves most first. */
function* simpler(scenario: Scenario): Iterable<Scenario> {
  const { consumers, messages, faults } = scenario;
  const half = Math.ceil(messages.length / 2);
  if (messages.length > 3) {
    yield { ...scenario, messages: messages.slice(half) };
    yield { ...scenario, messages: messages.slice(0, half) };
  }
  if (faults.length > 1) yield { ...scenario, faults: [] };
  for (const index of faults.keys()) yield { ...scenario, faults: without(faults, index) };
  for (const index of messages.keys()) yield { ...scenario, messages: without(messages, index) };
  if (consumers.length > 1)
    for (const [index, { name }] of consumers.entries())
      yield {
        ...scenario,
        consumers: without(consumers, index),
        messages: messages.filter(({ to }) => to !== name),
        faults: faults.filter((fault) => !('consumer' in fault) || fault.consumer !== name),
      };
  for (const index of scenario.rotations?.keys() ?? [])
    yield { ...scenario, rotations: without(scenario.rotations ?? [], index) };
  if (scenario.relay?.invokesTwice) yield { ...scenario, relay: { ...scenario.relay, invokesTwice: false } };
  if (scenario.relay?.hasStream) yield { ...scenario, relay: { ...scenario.relay, hasStream: false } };
  for (const [index, message] of messages.entries())
    for (const simple of simplerMessages(message)) yield { ...scenario, messages: messages.with(index, simple) };
  for (const [index, consumer] of consumers.entries())
    for (const simple of simplerConsumers(consumer)) yield { ...scenario, consumers: consumers.with(index, simple) };
}

function* simplerMessages(message: MessagePlan): Iterable<MessagePlan> {
  if (message.again.length > 0) yield { ...message, again: [] };
  if (message.flaw) yield { ...message, flaw: undefined };
  if (message.outbox?.deliverAt !== undefined)
    yield { ...message, outbox: { ...message.outbox, deliverAt: undefined } };
  if (message.outbox && !message.outbox.within) yield { ...message, outbox: undefined };
  const [last] = message.steps.slice(-1);
  if (message.steps.length > 1 && last) yield { ...message, steps: [last] };
  if (last !== 'effect') yield { ...message, steps: message.steps.with(-1, 'effect') };
}

function* simplerConsumers(consumer: ConsumerPlan): Iterable<ConsumerPlan> {
  const simple: Partial<ConsumerPlan> = {
    shards: 1,
    maximumSkewMilliseconds: 0,
    maxLength: undefined,
    ordered: false,
    concurrency: 1,
  };
  for (const [name, value] of Object.entries(simple))
    if (consumer[name as keyof ConsumerPlan] !== value) yield { ...consumer, [name]: value };
}

const without = <T>(items: readonly T[], index: number): T[] => items.toSpliced(index, 1);
