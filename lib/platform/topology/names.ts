/** Names that the run time, the topology and the operators' tools share. */

/**
 * Topic exchange that leads each dead letter to its queue; the routing key is the name of the consumed queue. Of type topic because the broker
 * checks routing keys on topic exchanges only: a function may write the dead letters of its own queues and of no other.
 */
export const deadLetterExchange = 'dead-letter';

/** Name of the dead-letter queue of a consumed queue. */
export const deadLetterQueue = (queue: string): string => `${queue}.dead-letter`;

/** Exchange to which the last level of the delay infrastructure delivers. */
export const delayDeliveryExchange = 'delay.delivery';

/** Fanout exchange for delayed messages whose destination is gone; leads to `delayParkingQueue`. */
export const delayParkingExchange = 'delay.parking';

/** Queue in which delayed messages without a destination are kept. */
export const delayParkingQueue = 'delay.parking';

const returningSuffix = '.returning';

/** Queue from which delayed messages reach a destination that may refuse them: a queue with a limit, or a hash exchange in front of such queues. */
export const returningQueue = (destination: string): string => `${destination}${returningSuffix}`;

export const isReturningQueue = (name: string): boolean => name.endsWith(returningSuffix);

/** Name of both the topic exchange and the queue of one level of the delay infrastructure: `delay.level-00` to `delay.level-15`. */
export const delayLevel = (level: number): string => `delay.level-${String(level).padStart(2, '0')}`;

const levelPrefix = delayLevel(0).slice(0, -2);

/** Whether delayed messages wait in this queue: that of a level, or one that leads to a destination that may refuse them. */
export const isDelayQueue = (name: string): boolean => name.startsWith(levelPrefix) || isReturningQueue(name);
