import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DemoEvent } from './demo-event.ts';

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

/** What the demo has to know of the application. */
export interface DemoDomain {
  /** Makes `count` events; the same seed gives the same ones. */
  readonly generate: (count: number, seed: number) => readonly DemoEvent[];
  /** By consumer. A consumer without is counted by its claims alone. */
  readonly effects: Readonly<Record<string, EffectSource>>;
}
