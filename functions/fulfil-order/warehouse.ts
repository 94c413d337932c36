import { setTimeout } from 'node:timers/promises';
import { FatalError, RetryableError } from '#errors';
import type { OrderPlaced } from '../events.ts';

export interface ReservationOptions {
  /** Attempt of the message; only a sandbox looks at it. */
  readonly attempt: number;
  readonly signal: AbortSignal;
  /** The warehouse reserves once per key, however often it is asked: an attempt may fail after its reservation. */
  readonly idempotencyKey: string;
}

/**
 * Stands in for the system that knows what is in stock; put yours here. Like the sandboxes of real ones it has article
 * numbers that fail on demand; everything else is in stock.
 *
 * | SKU | what happens |
 * | --- | --- |
 * | `FLAKY-2` | does not answer at the first 2 attempts |
 * | `OUTAGE` | does not answer at all |
 * | `DISCONTINUED` | will never be in stock: fatal |
 * | `SLOW-400` | answers after 400 ms |
 * | `CRASH` | ends the process, as a defect in native code would |
 *
 * @throws RetryableError when the warehouse does not answer
 * @throws FatalError when an article cannot be had any more
 */
export const reserveStock = async (order: OrderPlaced, { attempt, signal }: ReservationOptions): Promise<void> => {
  for (const { sku } of order.lines) {
    const [kind, number] = sku.split('-');
    if (kind === 'SLOW') await setTimeout(Number(number), undefined, { signal });
    if (kind === 'CRASH') process.kill(process.pid, 'SIGKILL');
    if (kind === 'DISCONTINUED') throw new FatalError(`${sku} of order ${order.orderId} is not sold any more`);
    if (kind === 'OUTAGE' || (kind === 'FLAKY' && attempt <= Number(number)))
      throw new RetryableError(`the warehouse did not answer for ${sku} of order ${order.orderId}`);
  }
};
