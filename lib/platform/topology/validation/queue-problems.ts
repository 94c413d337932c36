import type { Queue, Topology } from '../model.ts';
import { delayParkingQueue } from '../names.ts';
import { effectiveSettings } from '../policy-matching.ts';
import { knownExchanges } from './reference-problems.ts';

/** Arguments that RabbitMQ refuses on quorum queues (406 PRECONDITION_FAILED), and what to do instead. */
const refusedOnQuorum: Readonly<Record<string, string>> = {
  'x-max-priority': 'leave it out; quorum queues have two (4.0) or 32 (4.3) priorities without it',
  'x-queue-mode': 'leave it out; quorum queues keep messages on disk anyway',
  'x-queue-version': 'leave it out; it concerns classic queues',
};

/** Queues that the broker refuses, and dead-lettering that would lose messages. */
export function* queueProblems(topology: Topology): Iterable<string> {
  const exchanges = knownExchanges(topology);
  for (const queue of topology.queues) {
    yield* queueArgumentProblems(queue);
    const settings = effectiveSettings(queue, topology.policies);
    if (queue.name === delayParkingQueue && (settings['max-length'] ?? settings['max-length-bytes']) !== undefined)
      yield `queue '${queue.name}': a length limit would hold up everybody's delays, or drop messages: leave it out, or narrow the policy's pattern`;
    const { 'dead-letter-exchange': deadLetterExchange, 'dead-letter-strategy': strategy, overflow } = settings;
    if (
      deadLetterExchange !== undefined &&
      !(typeof deadLetterExchange === 'string' && exchanges.has(deadLetterExchange))
    ) {
      yield `queue '${queue.name}': dead-letter exchange '${deadLetterExchange}' is not declared; the broker would drop its dead letters: declare it or correct the name`;
    }
    if (strategy !== 'at-least-once') continue;
    if (deadLetterExchange === undefined) {
      yield `queue '${queue.name}': dead-letter-strategy is at-least-once without a dead-letter-exchange: add one or leave the strategy out`;
    }
    if (overflow !== 'reject-publish') {
      yield `queue '${queue.name}': dead-letter-strategy at-least-once needs overflow reject-publish, and overflow is ${overflow ?? 'drop-head (the default)'}; ` +
        'the broker would silently fall back to at-most-once: set overflow to reject-publish';
    }
    if (queue.type === 'classic') {
      yield `queue '${queue.name}': dead-letter-strategy at-least-once exists on quorum queues only: make it a quorum queue or leave the strategy out`;
    }
  }
}

function* queueArgumentProblems({
  name,
  type = 'quorum',
  durable = true,
  autoDelete = false,
  arguments: settings = {},
}: Queue): Iterable<string> {
  if ('x-queue-type' in settings)
    yield `queue '${name}': argument x-queue-type is '${settings['x-queue-type']}'; set the property type instead`;
  if (type !== 'quorum') return;
  if (!durable)
    yield `queue '${name}': a quorum queue is always durable: leave durable out, or make it a classic queue`;
  if (autoDelete)
    yield `queue '${name}': a quorum queue that deletes itself would take its messages along: leave autoDelete out`;
  for (const [argument, remedy] of Object.entries(refusedOnQuorum)) {
    if (argument in settings)
      yield `queue '${name}': quorum queues don't take the argument ${argument} (it is ${JSON.stringify(settings[argument])}): ${remedy}`;
  }
  if (settings['x-overflow'] === 'reject-publish-dlx') {
    yield `queue '${name}': quorum queues don't take x-overflow reject-publish-dlx: take reject-publish or drop-head`;
  }
}
