export type { DemoDomain, EffectSource, Row } from '../cli/demo/demo-domain.ts';
export type { DemoEvent } from '../cli/demo/demo-event.ts';
export type { Random } from '../cli/demo/random.ts';
export { seededRandom } from '../cli/demo/random.ts';
export { repeatExamples } from '../cli/demo/repeat-examples.ts';
