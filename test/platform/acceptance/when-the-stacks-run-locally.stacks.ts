import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalRun, startLocalRun } from '../../../lib/platform/local/local-run.ts';
import { identify } from '../../../lib/platform/local/state/process-identity.ts';
import {
  hasThing,
  loggedRow,
  makeThing,
  readerOf,
  scratchFolder,
  startStacks,
  until,
} from '../support/local-run-setting.ts';
import { isFirstVersion } from '../support/test-broker.ts';

const folder = scratchFolder();
let assembly: string;
let directory: string;
let run: LocalRun;

beforeAll(async () => {
  ({ run, directory, assembly } = await startStacks());
});

describe('when the synthesized stacks run on this machine', () => {
  it('a thing that is published becomes a row, and an entry of the log', async () => {
    await makeThing(run, 'A-1');
    await until('the thing', () => hasThing(run, 'A-1'));
    await until('its entry in the log', () => loggedRow(run, 'message-of-A-1'));
  });

  it('state.json says where everything is, and the passwords are for their owner only', () => {
    const state = JSON.parse(readFileSync(join(directory, 'state.json'), 'utf8'));
    expect(state).toEqual(JSON.parse(JSON.stringify(run.state)));
    expect(state).toMatchObject({
      pid: process.pid,
      vhost: 'events',
      queues: expect.arrayContaining(['keep-thing', 'log-all']),
    });
    expect(statSync(state.broker.credentialsFile).mode & 0o777).toBe(0o600);
    expect(Object.keys(run.logins)).toEqual(expect.arrayContaining(['admin', 'keep-thing', 'keep-thing.mapping']));
  });

  it('a second run in the same folder is refused', async () => {
    await expect(startLocalRun({ assembly, directory })).rejects.toThrow(
      `a local run (process ${process.pid}) is using`,
    );
    expect(existsSync(join(directory, 'state.json'))).toBe(true);
  });

  it('a function that is killed is started again for the next batch', async () => {
    const target = readerOf(run, 'keep-thing');
    const before = target.pid;
    expect(target.kill()).toBe(true);
    await makeThing(run, 'A-2');
    await until('the thing', () => hasThing(run, 'A-2'));
    expect(target.pid).not.toBe(before);
  });

  // On the first version, brokers are stopped and killed by the tests before these.
  if (!isFirstVersion())
    it('a broker that restarts stops nothing for good', async () => {
      // Quorum queues that were declared less than a second or so before may not survive a crash; an orderly restart they do.
      await run.ownBroker?.restart();
      await until('all mappings enabled', () => run.mappings.every(({ state }) => state === 'Enabled'));
      await makeThing(run, 'A-3');
      await until('the thing', () => hasThing(run, 'A-3'));
    });

  it('new code reaches its function, and only that one', async () => {
    const next = join(folder, 'next.out');
    cpSync(assembly, next, { recursive: true });
    const [stack] = readdirSync(next).filter((name) => name.endsWith('processing.template.json'));
    const [assets] = readdirSync(next).filter((name) => name.endsWith('processing.assets.json'));
    const target = readerOf(run, 'log-all');
    const old = target.settings.code.split('asset.').at(-1) ?? '';
    cpSync(join(next, `asset.${old}`), join(next, 'asset.newer'), { recursive: true });
    for (const file of [stack, assets].map((name) => join(next, name ?? '')))
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll(old, 'newer'));
    const untouched = readerOf(run, 'keep-thing').pid;
    expect(await run.update(next)).toEqual([target.name]);
    await makeThing(run, 'A-4');
    await until('its entry in the log', () => loggedRow(run, 'message-of-A-4'));
    expect(target.settings.code).toBe(join(next, 'asset.newer'));
    expect(readerOf(run, 'keep-thing').pid).toBe(untouched);
  });

  it('nothing is left of it but what is meant to stay', async () => {
    const pids = [run.ownBroker?.pid, ...run.functions.map(({ pid }) => pid)].filter((pid) => pid !== undefined);
    expect(pids.length).toBeGreaterThan(2);
    await run.stop();
    await wait(100);
    for (const pid of pids) expect(identify(pid)).toBeUndefined();
    expect(readdirSync(directory)).toEqual([]);
  });
});
