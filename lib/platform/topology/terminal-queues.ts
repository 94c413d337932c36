import type { Policy } from './model.ts';
import { deadLetterQueue, delayParkingQueue } from './names.ts';
import { anchored, escapePattern } from './patterns.ts';

/** Priority of the derived policies; above Amazon MQ's defaults, which have 0 and 1. */
export const derivedPolicyPriority = 10;

/** As good as none. -1 says none in RabbitMQ 4, but older brokers refuse it in a policy ("-1 is not a valid delivery limit"). */
const unlimited = 1_000_000;

/**
 * Without a limit of their own, these queues have RabbitMQ 4's default of 20: an operator who looks at dead letters, or a redrive that fails,
 * puts them back each time, and the 21st time the broker would drop them. By suffix, so that the dead letters of a consumer that is no longer declared
 * are still safe.
 */
export function terminalQueuePolicy(): Policy {
  return {
    name: 'dead-letters',
    pattern: anchored([`.+${escapePattern(deadLetterQueue(''))}`, escapePattern(delayParkingQueue)]),
    applyTo: 'queues',
    priority: derivedPolicyPriority,
    definition: { 'delivery-limit': unlimited },
  };
}
