import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Row = Record<string, AttributeValue>;

/** Where the effects of a consumer can be counted. */
export interface EffectSource {
  /** The table of lib/app.ts where they are. */
  readonly table: string;
  /** How often the effect of each message is in these rows, by message id. */
  readonly count: (rows: readonly Row[]) => Map<string, number>;
  /** The consumer has `claims: 'none'`: no record says which of its messages are done, so its effects speak for themselves. */
  readonly claims?: 'none';
}

/** By consumer. One without is counted by its claims alone, and nothing is said about effects that happened twice. */
export type Effects = Readonly<Record<string, EffectSource>>;
