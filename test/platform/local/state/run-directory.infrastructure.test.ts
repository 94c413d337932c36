import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { identify, isRunning } from '../../../../lib/platform/local/state/process-identity.ts';
import { RunDirectory } from '../../../../lib/platform/local/state/run-directory.ts';

const made: string[] = [];
const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'run-directory-'));
  made.push(path);
  return path;
};
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true });
});

describe('the folder of a local run', () => {
  it('holds only what is meant to stay when the run is over', () => {
    const path = folder();
    mkdirSync(join(path, 'cdk.out'));
    const directory = RunDirectory.take(path);
    writeFileSync(directory.file('credentials.json'), '{}');
    directory.release();
    expect(readdirSync(path)).toEqual(['cdk.out']);
  });

  it('cannot be used by two runs at a time', () => {
    const directory = RunDirectory.take(folder());
    expect(() => RunDirectory.take(directory.path)).toThrow(
      `a local run (process ${process.pid}) is using ${directory.path}`,
    );
    directory.release();
    RunDirectory.take(directory.path).release();
  });

  it('is cleaned of what a killed run left, also when its number belongs to another process now', () => {
    const path = folder();
    writeFileSync(join(path, 'run.lock'), JSON.stringify({ pid: process.pid, started: 'long ago' }));
    writeFileSync(join(path, 'state.json'), '{"pid":1}');
    const directory = RunDirectory.take(path);
    expect(existsSync(join(path, 'state.json'))).toBe(false);
    directory.release();
  });

  it('is cleaned of a lock that was only half written', () => {
    const path = folder();
    writeFileSync(join(path, 'run.lock'), '{"pi');
    RunDirectory.take(path).release();
    expect(readdirSync(path)).toEqual([]);
  });
});

describe('a process', () => {
  it('is known again while it runs, and not afterwards', async () => {
    const child = spawn('sleep', ['30']);
    await once(child, 'spawn');
    const identity = identify(child.pid ?? 0);
    if (!identity) throw new Error('not identified');
    expect(isRunning(identity)).toBe(true);
    expect(isRunning({ ...identity, started: `${identity.started}0` })).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isRunning(identity)).toBe(false);
  });
});
