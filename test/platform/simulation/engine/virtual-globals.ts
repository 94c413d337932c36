import type { Scheduler } from './scheduler.ts';

/**
 * The safety net: code that reaches for the process's own clock, timers or randomness gets the simulation's while one runs. Imported before
 * everything else. What is simulated takes its `Clock` as a service; a handler or a library need not.
 */
let active: { readonly scheduler: Scheduler; readonly random: () => number } | undefined;

const real = {
  now: Date.now,
  random: Math.random,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
};

/** @returns ends it */
export function simulateGlobals(scheduler: Scheduler, random: () => number): () => void {
  active = { scheduler, random };
  return () => {
    active = undefined;
  };
}

class SimulatedTimer {
  cancel: () => void = () => undefined;
  ref = (): this => this;
  unref = (): this => this;
  hasRef = (): boolean => false;
  [Symbol.toPrimitive] = (): number => 0;
}

const later = (action: (...values: unknown[]) => void, milliseconds = 0, values: unknown[] = []): SimulatedTimer => {
  const timer = new SimulatedTimer();
  const { scheduler } = active as NonNullable<typeof active>;
  timer.cancel = scheduler.after(milliseconds, () => action(...values), scheduler.current);
  return timer;
};

const repeated = (action: (...values: unknown[]) => void, milliseconds = 0, values: unknown[] = []): SimulatedTimer => {
  const timer = new SimulatedTimer();
  const { scheduler } = active as NonNullable<typeof active>;
  const owner = scheduler.current;
  const again = (): void => {
    timer.cancel = scheduler.after(
      milliseconds,
      () => {
        again();
        action(...values);
      },
      owner,
    );
  };
  again();
  return timer;
};

const stop = (original: (timer: never) => void) => (timer: unknown) =>
  timer instanceof SimulatedTimer ? timer.cancel() : original(timer as never);

Date.now = () => (active ? Math.floor(active.scheduler.now + (active.scheduler.current?.skew ?? 0)) : real.now());
Math.random = () => (active ? active.random() : real.random());
Object.assign(globalThis, {
  setTimeout: (action: () => void, milliseconds?: number, ...values: unknown[]) =>
    active ? later(action, milliseconds, values) : real.setTimeout(action, milliseconds, ...(values as [])),
  setInterval: (action: () => void, milliseconds?: number, ...values: unknown[]) =>
    active ? repeated(action, milliseconds, values) : real.setInterval(action, milliseconds, ...(values as [])),
  clearTimeout: stop(real.clearTimeout),
  clearInterval: stop(real.clearInterval),
});
