import { maximumDelaySeconds } from '../../config/message-limits.ts';
import type { DelayRoute } from '../../topology/delay.ts';
import { scheduleRoute } from '../../topology/schedule.ts';
import { InvalidMessageError } from '../publish-errors.ts';
import type { OutgoingMessage } from '../publisher.ts';

/** When a message is to be delivered: after a delay in seconds, or at a point in time. */
export interface DeliveryTime {
  readonly delay?: number;
  readonly deliverAt?: Date;
}

/**
 * The point in time that is meant by who says so at `now`, milliseconds since the epoch; `undefined` is at once.
 * @throws RangeError for both at once, and for a delay that the delay infrastructure does not take
 */
export function pointInTime({ delay, deliverAt }: DeliveryTime, now: number): Date | undefined {
  if (delay === undefined) return deliverAt;
  if (deliverAt !== undefined) throw new RangeError('delay and deliverAt are both given; give one of them');
  if (!(delay >= 0 && delay <= maximumDelaySeconds))
    throw new RangeError(`delay is ${delay} s; it must be 0 to ${maximumDelaySeconds} s`);
  return new Date(Math.ceil(now + delay * 1000));
}

/**
 * The message with its point in time, if it has to wait at all.
 * @param now milliseconds since the epoch
 * @throws InvalidMessageError when it cannot wait that long
 */
export function scheduledMessage(message: OutgoingMessage, time: DeliveryTime, now: number): OutgoingMessage {
  if (time.delay === undefined && time.deliverAt === undefined) return message;
  try {
    const scheduled = { ...message, deliverAt: pointInTime(time, now) };
    routeAt(scheduled, now);
    return scheduled;
  } catch (error) {
    throw unschedulable(message, error as Error);
  }
}

/**
 * The message as it is to be sent at `now`, milliseconds since the epoch: by way of the delays for what is left of its time, straight to
 * its exchange once it is due.
 * @throws InvalidMessageError when it cannot wait that long
 */
export function messageToSend(message: OutgoingMessage, now: number): OutgoingMessage {
  try {
    return { ...message, ...routeAt(message, now) };
  } catch (error) {
    throw unschedulable(message, error as Error);
  }
}

/** Waits for whole seconds, never fewer than are left. */
function routeAt({ exchange, routingKey, deliverAt }: OutgoingMessage, now: number): DelayRoute {
  if (deliverAt === undefined) return { exchange, routingKey };
  const time = deliverAt.getTime();
  if (Number.isNaN(time)) throw new RangeError('deliverAt is an invalid date');
  const seconds = Math.ceil((time - now) / 1000);
  if (seconds <= 0) return { exchange, routingKey };
  if (seconds > maximumDelaySeconds)
    throw new RangeError(
      `deliverAt is ${deliverAt.toISOString()}, ${seconds} s from now; at most ${maximumDelaySeconds} s are possible`,
    );
  return scheduleRoute(seconds, exchange, routingKey);
}

const unschedulable = ({ properties }: OutgoingMessage, cause: Error): InvalidMessageError =>
  new InvalidMessageError(`event ${properties.type} cannot be scheduled: ${cause.message}`, { cause });
