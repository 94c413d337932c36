import { Bench, type BenchOptions } from 'tinybench';
import { median } from './comparison.ts';

const rounds = 5;

/**
 * Median time of each task in milliseconds, in the order given. The tasks take turns in several rounds, so that whatever else the machine
 * does meanwhile hits all of them alike; what counts is the median of the rounds' medians.
 */
export const alternatingMedians = async (
  tasks: Readonly<Record<string, () => unknown>>,
  options: BenchOptions,
): Promise<number[]> => {
  const medians = Object.keys(tasks).map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    const bench = new Bench({ throws: true, ...options });
    for (const [name, task] of Object.entries(tasks)) bench.add(name, task);
    await bench.run();
    bench.tasks.forEach(({ name, result }, index) => {
      if (!('latency' in result)) throw new Error(`${name} was not measured: ${result.state}`);
      medians[index]?.push(result.latency.p50);
    });
  }
  return medians.map(median);
};
