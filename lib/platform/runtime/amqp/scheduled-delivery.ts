import { maximumDelaySeconds } from '../../topology/delay.ts';
import { scheduleRoute } from '../../topology/schedule.ts';
import type { OutgoingMessage } from '../publisher.ts';
import { InvalidMessageError } from './publish-errors.ts';

/** When a message is to be delivered: after a delay in seconds, or at a point in time. */
export interface DeliveryTime {
  readonly delay?: number;
  readonly deliverAt?: Date;
}

/**
 * Whole seconds to wait, never fewer than asked for; 0 is at once.
 * @param now milliseconds since the epoch
 * @throws RangeError for both at once, and for what the delay infrastructure does not take
 */
export function secondsUntilDelivery({ delay, deliverAt }: DeliveryTime, now: number): number {
  if (delay === undefined && deliverAt === undefined) return 0;
  if (delay !== undefined && deliverAt !== undefined)
    throw new RangeError('delay and deliverAt are both given; give one of them');
  if (delay !== undefined) {
    if (!(delay >= 0 && delay <= maximumDelaySeconds))
      throw new RangeError(`delay is ${delay} s; it must be 0 to ${maximumDelaySeconds} s`);
    return Math.ceil(delay);
  }
  const time = (deliverAt as Date).getTime();
  if (Number.isNaN(time)) throw new RangeError('deliverAt is an invalid date');
  const seconds = Math.max(0, Math.ceil((time - now) / 1000));
  if (seconds > maximumDelaySeconds)
    throw new RangeError(
      `deliverAt is ${(deliverAt as Date).toISOString()}, ${seconds} s from now; at most ${maximumDelaySeconds} s are possible`,
    );
  return seconds;
}

/** The point in time that is meant by who says so at `now`, milliseconds since the epoch; `undefined` is at once. */
export function pointInTime({ delay, deliverAt }: DeliveryTime, now: number): Date | undefined {
  return delay === undefined ? deliverAt : new Date(Math.ceil(now + delay * 1000));
}

/**
 * The message on its way through the delays, if it has to wait at all.
 * @param now milliseconds since the epoch
 * @throws InvalidMessageError when it cannot wait that long
 */
export function delayedMessage(message: OutgoingMessage, time: DeliveryTime, now: number): OutgoingMessage {
  try {
    const seconds = secondsUntilDelivery(time, now);
    return seconds === 0 ? message : { ...message, ...scheduleRoute(seconds, message.exchange, message.routingKey) };
  } catch (error) {
    throw new InvalidMessageError(`event ${message.properties.type} cannot be scheduled: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
