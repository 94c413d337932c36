import { constants } from 'node:os';

/** One Ctrl-C comes by several ways: from the terminal, and from each process above that passes it on. */
const sameSignalMilliseconds = 500;
const lookMilliseconds = 500;

/**
 * On SIGINT (Ctrl-C), SIGTERM or SIGHUP, and when the set-up that started this process (bin/setup.js) is gone: stops and exits. A second signal does
 * not wait; processes and files that belong to this process end with it.
 *
 * @param exitCode after the first signal. @default 128 and the signal's number, as shells say it
 */
export const stopOnSignal = (stop: () => Promise<unknown>, exitCode?: number): void => {
  let begun: number | undefined;
  const onSignal = (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): void => {
    const bySignal = 128 + constants.signals[signal];
    if (begun !== undefined) {
      if (performance.now() - begun >= sameSignalMilliseconds) process.exit(bySignal);
      return;
    }
    begun = performance.now();
    stop().then(
      () => process.exit(exitCode ?? bySignal),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  whenSetUpIsGone(() => onSignal('SIGTERM'));
};

/** Killed outright, it could pass nothing on. */
const whenSetUpIsGone = (action: () => void): void => {
  const parent = process.ppid;
  if (process.env.SETUP_PID !== String(parent)) return;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    action();
  }, lookMilliseconds);
  timer.unref();
};
