export type { EffectSource, Effects, Row } from '../cli/demo/effects.ts';
