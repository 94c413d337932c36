// npm run soak -- publish|rotation [options]

import { stopOnSignal } from '../../../lib/platform/cli/stop-on-signal.ts';
import { refuse } from '../support/command-line.ts';

const programs: Readonly<Record<string, string>> = {
  publish: '100,000 messages while the broker restarts, connections break and memory runs out; about ten minutes',
  rotation: '20,000 events while every secret rotates and connections are cut; a few minutes',
};

const lines = Object.entries(programs).map(([program, what]) => `  ${program.padEnd(10)}${what}`);
const usage = `npm run soak -- NAME [options]\n\n${lines.join('\n')}\n\nnpm run soak -- NAME --help tells its options.`;

const [name] = process.argv.splice(2, 1);

if (name === undefined) refuse('which soak test?', usage);
else if (['--help', '-h'].includes(name)) console.log(usage);
else if (!Object.hasOwn(programs, name)) refuse(`there is no soak test ${JSON.stringify(name)}`, usage);
else {
  // What a test run has started and made goes when this process exits; of a signal alone it would die without doing so.
  stopOnSignal(async () => undefined);
  await import(`./${name}.ts`);
}
