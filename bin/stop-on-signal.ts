import { constants } from 'node:os';

/**
 * On SIGINT (Ctrl-C), SIGTERM or SIGHUP: stops and exits. A second signal does not wait; processes and files that belong to this process
 * end with it.
 *
 * @param exitCode after the first signal. @default 128 and the signal's number, as shells say it
 */
export const stopOnSignal = (stop: () => Promise<unknown>, exitCode?: number): void => {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const bySignal = 128 + constants.signals[signal];
    process.on(signal, () => {
      if (stopping) process.exit(bySignal);
      stopping = true;
      stop().then(
        () => process.exit(exitCode ?? bySignal),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
  }
};
