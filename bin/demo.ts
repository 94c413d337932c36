import { generateEvents } from '../functions/demo/generate-events.ts';
import { sampleEffects } from '../functions/demo/sample-effects.ts';
import { runDemoCommand } from '../lib/platform/cli/demo/demo.ts';
import { project } from './project.ts';

process.exitCode = await runDemoCommand(
  project,
  { generate: generateEvents, effects: sampleEffects },
  process.argv.slice(2),
);
