// npm run soak -- publish|rotation [options]

import { stopOnSignal } from '../../../lib/platform/cli/stop-on-signal.ts';

const programs: Readonly<Record<string, string>> = {
  publish: '100,000 messages while the broker restarts, connections break and memory runs out; about ten minutes',
  rotation: '20,000 events while every secret rotates and connections are cut; a few minutes',
};

const [name = ''] = process.argv.splice(2, 1);

if (Object.hasOwn(programs, name)) {
  // What a test run has started and made goes when this process exits; of a signal alone it would die without doing so.
  stopOnSignal(async () => undefined);
  await import(`./${name}.ts`);
} else {
  const lines = Object.entries(programs).map(([program, what]) => `  ${program.padEnd(10)}${what}`);
  process.stderr.write(
    `${name === '' || name === '--help' ? '' : `"${name}" is not a soak test\n\n`}npm run soak -- NAME [options]\n\n${lines.join('\n')}\n`,
  );
  process.exitCode = name === '--help' ? 0 : 2;
}
