export type Unit = 'Count' | 'Count/Second' | 'Seconds' | 'Percent' | 'None';

/** Metrics of one thing at one time. */
export interface MetricRecord {
  readonly dimensions: Readonly<Record<string, string>>;
  /** By name. */
  readonly metrics: Readonly<Record<string, { readonly unit: Unit; readonly value: number }>>;
  /** Beside the metrics in the same line of the log, for Logs Insights: they cost nothing there. @default none */
  readonly properties?: Readonly<Record<string, number | string>>;
}
