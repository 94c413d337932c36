import type { Clock } from '../../runtime/clock.ts';

/** Resolves after so many milliseconds, or as soon as the mapping is to end. */
export const pause = (clock: Clock, milliseconds: number, halt: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (halt.aborted) return resolve();
    const wake = (): void => {
      cancel();
      halt.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.after(milliseconds, wake);
    halt.addEventListener('abort', wake);
  });
