import '../engine/virtual-globals.ts';
import { parentPort, workerData } from 'node:worker_threads';
import { runSeeds, type SeedsOptions } from './run-seeds.ts';

/** What one of several workers is to do: every `stride`-th seed. */
export interface SeedShare extends Pick<SeedsOptions, 'mostFailures' | 'shrinks'> {
  readonly from: number;
  readonly to: number;
  readonly stride: number;
}

const { from, to, stride, ...options } = workerData as SeedShare;

function* share(): Iterable<number> {
  for (let seed = from; seed < to; seed += stride) yield seed;
}

const report = await runSeeds(share(), {
  ...options,
  onProgress: (seeds, failures) => parentPort?.postMessage({ seeds, failures }),
});
parentPort?.postMessage({ report });
