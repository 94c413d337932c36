import { cpus, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly platform: string;
  /** The broker's version, where a benchmark used one. */
  readonly rabbitMq?: string;
}

/** What the numbers were measured on; without it they mean little. */
export const describeMachine = (rabbitMq?: string): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  ...(rabbitMq !== undefined && { rabbitMq }),
});
