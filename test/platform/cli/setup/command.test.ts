import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { isAlive, until } from '../../support/processes.ts';

const cli = new URL('../../../../lib/platform/cli/', import.meta.url).href;
const scratch = mkdtempSync(join(tmpdir(), 'signals-'));
const started: number[] = [];
afterAll(() => {
  for (const pid of started) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

const node = `${process.execPath} --disable-warning=ExperimentalWarning`;
writeFileSync(
  join(scratch, 'setup.mjs'),
  `import { handOver } from '${cli}setup/command.js';
  import { starters } from '${cli}setup/starters.js';
  handOver(process.argv.slice(2), process.env, starters());`,
);
// Says who it is, and when it stops that it does so in order.
writeFileSync(
  join(scratch, 'command.mjs'),
  `import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
  import { stopOnSignal } from '${cli}stop-on-signal.ts';
  const [, , file] = process.argv;
  setInterval(() => {}, 1000);
  stopOnSignal(async () => appendFileSync(file, ' stopped'));
  writeFileSync(file + '.new', process.ppid + ' ' + process.pid);
  renameSync(file + '.new', file);`,
);
const command = (file: string) => `${node} setup.mjs ${node} command.mjs ${file}`;

/** As npm does it: a shell that waits for its child and passes no signal on. */
const underShell = (file: string): ChildProcess =>
  spawn('sh', ['-c', `${command(file)}; exit $?`], {
    cwd: scratch,
    env: { ...process.env, npm_lifecycle_event: 'start' },
    stdio: 'ignore',
  });
const underNpm = (file: string): ChildProcess => {
  const manifest = { name: 'signals', private: true, scripts: { [file]: command(file) } };
  writeFileSync(join(scratch, 'package.json'), JSON.stringify(manifest));
  return spawn('npm', ['run', file], { cwd: scratch, stdio: 'ignore', detached: true });
};

describe('a signal to any process above a command', () => {
  it.each([
    ['SIGTERM', 'shell', underShell],
    ['SIGHUP', 'shell', underShell],
    ['SIGKILL', 'shell', underShell],
    ['SIGINT', 'setup', underShell],
    ['SIGTERM', 'setup', underShell],
    ['SIGKILL', 'setup', underShell],
    ['SIGHUP', 'command', underShell],
    ['SIGTERM', 'npm', underNpm],
    ['SIGHUP', 'npm', underNpm],
    // As Ctrl-C does it. A shell keeps a SIGINT that it alone gets until its child ends.
    ['SIGINT', 'group', underNpm],
  ] as const)(
    'ends all of them, the command in order: %s to %s',
    async (signal, whom, start) => {
      const name = `${signal}-${whom}`;
      const file = join(scratch, name);
      const top = start(name);
      const ended = once(top, 'exit');
      await until(() => existsSync(file), 100_000);
      const [setup = 0, child = 0] = readFileSync(file, 'utf8').split(' ').map(Number);
      const topPid = top.pid ?? 0;
      started.push(topPid, setup, child);
      const target = { shell: topPid, npm: topPid, group: -topPid, setup, command: child }[whom];
      process.kill(target, signal);
      await ended;
      await until(() => !isAlive(setup) && !isAlive(child), 100_000);
      expect(readFileSync(file, 'utf8')).toBe(`${setup} ${child} stopped`);
    },
    45_000,
  );
});
