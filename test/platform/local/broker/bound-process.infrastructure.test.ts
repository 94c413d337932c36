import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBoundProcess } from '../../../../lib/platform/local/broker/bound-process.ts';
import { isAlive, until } from '../../support/processes.ts';

const scratch = mkdtempSync(join(tmpdir(), 'bound-'));
let output: number;
const env = { PATH: process.env.PATH ?? '' };

beforeAll(() => {
  output = openSync(join(scratch, 'output'), 'w');
});
afterAll(() => {
  closeSync(output);
  rmSync(scratch, { recursive: true });
});

const module = new URL('../../../../lib/platform/local/broker/bound-process.ts', import.meta.url).href;

describe.each(['setpriv', 'watchdog'] as const)('a process bound to its parent by %s', (means) => {
  const hasMeans = means === 'watchdog' || process.platform === 'linux';
  (hasMeans ? it : it.skip)('ends when the parent is killed', async () => {
    const program = `
      import { startBoundProcess } from ${JSON.stringify(module)};
      const child = await startBoundProcess('sleep', ['60'], { env: process.env, cwd: '/', output: 2, means: '${means}' });
      console.log(child.pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '--eval',
      program,
    ]);
    const pid = Number(
      await new Promise<string>((resolve) => parent.stdout.once('data', (data) => resolve(String(data)))),
    );
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => !isAlive(pid), 100_000);
  });

  (hasMeans ? it : it.skip)('can be ended, and says how', async () => {
    const child = await startBoundProcess('sleep', ['60'], { env, cwd: '/', output, means });
    expect(child.hasEnded()).toBe(false);
    child.signal('SIGTERM');
    await expect(child.ended).resolves.toBe('signal SIGTERM');
    expect(child.hasEnded()).toBe(true);
  });
});

describe('a program that is not there', () => {
  it('is named by the error of the watchdog variant', async () => {
    const starting = startBoundProcess('/no/such/program', [], { env, cwd: '/', output, means: 'watchdog' });
    await expect(starting).rejects.toThrow('cannot start /no/such/program');
  });
});
