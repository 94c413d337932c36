import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { SeedsReport } from './run-seeds.ts';
import type { SeedShare } from './seed-worker.ts';

export interface SeedRange {
  readonly from: number;
  readonly seeds: number;
  readonly mostFailures: number;
  readonly shrinks: boolean;
}

/** Lives through a range of seeds on all cores. */
export async function acrossWorkers(
  { from, seeds, mostFailures, shrinks }: SeedRange,
  onProgress: (seeds: number, failures: number) => void,
): Promise<SeedsReport> {
  const stride = Math.min(availableParallelism(), seeds);
  const progress = Array.from({ length: stride }, () => ({ seeds: 0, failures: 0 }));
  const reports = await Promise.all(
    progress.map((_, index) =>
      inWorker({ from: from + index, to: from + seeds, stride, mostFailures, shrinks }, (seen) => {
        progress[index] = seen;
        onProgress(sum(progress.map((of) => of.seeds)), sum(progress.map((of) => of.failures)));
      }),
    ),
  );
  return {
    seeds: sum(reports.map((report) => report.seeds)),
    steps: sum(reports.map((report) => report.steps)),
    failures: reports.flatMap((report) => report.failures).sort((one, other) => one.seed - other.seed),
  };
}

function inWorker(
  share: SeedShare,
  onProgress: (seen: { readonly seeds: number; readonly failures: number }) => void,
): Promise<SeedsReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./seed-worker.ts', import.meta.url), { workerData: share });
    worker.on('message', (message: { report?: SeedsReport; seeds: number; failures: number }) => {
      if (message.report) resolve(message.report);
      else onProgress(message);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a worker ended with code ${code} before it was done`)));
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
