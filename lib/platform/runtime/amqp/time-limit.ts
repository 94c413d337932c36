import type { Clock } from '../../time/clock.ts';

export interface TimeLimit {
  readonly clock: Clock;
  readonly milliseconds: number;
  /** Ends the wait early. */
  readonly signal?: AbortSignal;
}

/**
 * Waits for work so long and no longer. The work itself goes on.
 * @throws an error with this message and the code `ETIMEDOUT`; the reason of the signal
 */
export async function within<T>(
  { clock, milliseconds, signal }: TimeLimit,
  work: () => Promise<T>,
  message: string,
): Promise<T> {
  signal?.throwIfAborted();
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(milliseconds, () => reject(Object.assign(new Error(message), { code: 'ETIMEDOUT' })));
  const abort = () => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work(), ended]);
  } finally {
    cancel();
    signal?.removeEventListener('abort', abort);
  }
}
