import type { OrderPlaced } from '../events.ts';

export interface ReservationOptions {
  readonly signal: AbortSignal;
  /** The warehouse reserves once per key, however often it is asked: an attempt may fail after its reservation. */
  readonly idempotencyKey: string;
}

/**
 * Stands in for the system that knows what is in stock; put the client of yours here. Everything is in stock. Yours throws a `RetryableError` while it does not
 * answer, and a `FatalError` for an article that cannot be had any more.
 */
export const reserveStock = async (_order: OrderPlaced, { signal }: ReservationOptions): Promise<void> => {
  signal.throwIfAborted();
};
