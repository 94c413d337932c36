import { cpus, loadavg, totalmem } from 'node:os';
import { firstInstallation } from '../../../lib/platform/local/broker/installations.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly platform: string;
  /** The broker that benchmarks use; absent when there is none. */
  readonly rabbitMq?: string;
  /** Processes that wanted the processor in the last minute. Above the number of cores, the numbers say less. */
  readonly load: number;
}

/** What the numbers were measured on; without it they mean little. */
export const describeMachine = (rabbitMq = firstInstallation()?.version): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  ...(rabbitMq !== undefined && { rabbitMq }),
  load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
});
