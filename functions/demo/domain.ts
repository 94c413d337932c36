import type { DemoDomain } from '#demo';
import { generateEvents } from './generate-events.ts';
import { sampleEffects } from './sample-effects.ts';

/** What `npm run demo` publishes, and where it counts the effects. */
export const demoDomain: DemoDomain = { generate: generateEvents, effects: sampleEffects };
