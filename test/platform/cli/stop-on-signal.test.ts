import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';

const module = new URL('../../../lib/platform/cli/stop-on-signal.ts', import.meta.url).href;
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** A program that needs so many milliseconds to stop. */
const program = async (milliseconds: number, exitCode?: number): Promise<ChildProcess> => {
  const source = `
    import { stopOnSignal } from ${JSON.stringify(module)};
    stopOnSignal(() => new Promise((resolve) => setTimeout(resolve, ${milliseconds}))${exitCode === undefined ? '' : `, ${exitCode}`});
    setInterval(() => {}, 1000);
    process.once('exit', () => console.log('exit'));
    console.log('ready');`;
  const child = spawn(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '--eval',
    source,
  ]);
  running.push(child);
  await once(child.stdout ?? child, 'data');
  return child;
};

describe('a signal', () => {
  it.each([
    ['SIGINT', undefined, 130],
    ['SIGTERM', undefined, 143],
    ['SIGHUP', undefined, 129],
    ['SIGINT', 0, 0],
  ] as const)(
    '%s stops first, and ends with the exit code %s or else that of the signal: %i',
    async (signal, given, code) => {
      const child = await program(50, given);
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([code, null]);
    },
  );

  it('that comes by several ways at once is one signal', async () => {
    const child = await program(300, 0);
    for (let ways = 0; ways < 3; ways += 1) child.kill('SIGTERM');
    // One way after the other would not have waited, and the exit code would have been that of the signal.
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('that comes a second time does not wait, but lets the process clear up', async () => {
    const child = await program(20_000);
    child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 700));
    const last = once(child.stdout ?? child, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([143, null]);
    expect(String((await last)[0])).toBe('exit\n');
  });
});
