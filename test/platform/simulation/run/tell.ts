import type { Violation } from '../checks/ledger.ts';
import type { ConsumerPlan, Fault, MessagePlan, RelayPlan, Scenario } from '../scenario/scenario.ts';

/** A failure as people read it: what was promised, who takes part, and what happened. */
export function tell(scenario: Scenario, violations: readonly Violation[], story: readonly string[]): string {
  return [
    ...violations.slice(0, 5).map(({ rule, what }) => `Broken promise: ${rule}. ${sentence(what)}`),
    '',
    `Seed ${scenario.seed}, RabbitMQ ${scenario.brokerVersion}.`,
    ...scenario.consumers.map(consumer),
    ...(scenario.rotations ?? []).map(({ secret, at }) => `The secret of ${secret} is rotated at ${seconds(at)}.`),
    ...(scenario.relay ? [relay(scenario.relay)] : []),
    ...scenario.messages.map(message),
    ...scenario.faults.map(fault),
    '',
    ...shortened(story),
  ].join('\n');
}

const sentence = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}.`;
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

function consumer(plan: ConsumerPlan): string {
  const parts = [
    plan.claims ? 'keeps claims' : 'keeps no claims',
    ...(plan.ordered ? ['wants order per key'] : []),
    `handles ${plan.concurrency} at a time`,
    `gets batches of up to ${plan.batchSize}, given back by ${plan.failureVerb}`,
    `has ${seconds(plan.timeoutMilliseconds)} and ${plan.maxAttempts} attempts`,
    ...(plan.shards > 1 ? [`has ${plan.shards} shards`] : []),
    ...(plan.maxLength === undefined ? [] : [`holds ${plan.maxLength} messages`]),
    ...(plan.maximumSkewMilliseconds > 0
      ? [`has clocks that are off by up to ${plan.maximumSkewMilliseconds} ms`]
      : []),
  ];
  return `Consumer ${plan.name} ${parts.join(', ')}.`;
}

function relay({ hasStream, invokesTwice, maximumSkewMilliseconds }: RelayPlan): string {
  const runs = `runs ${invokesTwice ? 'twice ' : ''}each minute${hasStream ? ' and by the stream' : ''}`;
  return `The relay of the outbox ${runs}; its clocks are off by up to ${maximumSkewMilliseconds} ms.`;
}

function message({ id, to, key, at, again, steps, flaw, outbox }: MessagePlan): string {
  const repeated = again.length === 0 ? '' : `, again at ${again.map(seconds).join(', ')}`;
  const way = outbox?.within
    ? `is added to the outbox for ${to} with the effect of ${outbox.within.message} at ${outbox.within.consumer}`
    : `is ${outbox ? 'added to the outbox for' : 'published to'} ${to} at ${seconds(at)}`;
  const due = outbox?.deliverAt === undefined ? '' : `, due at ${seconds(outbox.deliverAt)}`;
  return `Message ${id} (key ${key}) ${way}${due}${repeated}; it meets: ${flaw ?? steps.join(', then ')}.`;
}

function fault({ kind, ...details }: Fault): string {
  const shown = Object.entries(details).map(([name, value]) => `${name} ${value}`);
  return `Fault: ${kind} (${shown.join(', ')}).`;
}

/** A livelock tells the same again and again. */
const shortened = (story: readonly string[]): readonly string[] =>
  story.length <= 120 ? story : [...story.slice(0, 60), `… ${story.length - 80} lines …`, ...story.slice(-20)];
