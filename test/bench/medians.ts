import type { Bench } from 'tinybench';

/** Median time of each task, in milliseconds, in the order in which they were added. */
export const mediansOf = (bench: Bench): number[] =>
  bench.tasks.map(({ name, result }) => {
    if (!('latency' in result)) throw new Error(`${name} was not measured: ${result.state}`);
    return result.latency.p50;
  });
