// npm test [-- [--app | --platform] [--unit] [arguments of jest]]
//
// First your tests that need no broker, then the rest: your acceptance tests and the platform's, on every RabbitMQ of this machine, with as many test
// files at a time as there are processors. The brokers are private ones, one of each version, and only those that the chosen tests need. Everything
// that tests write goes into one folder, which is removed in the end. The last line is the sum of all.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, constants, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findInstallations, type Installation } from '../lib/platform/local/broker/installations.ts';
import { type RunningBroker, startBroker } from '../lib/platform/local/broker/running-broker.ts';
import { addressOf } from './platform/support/broker-address.ts';
import { cpuSeconds, cpuSecondsOf } from './platform/support/cpu-seconds.ts';
import { type MeasuredFile, measurements } from './platform/support/environment.ts';
import { foldersLeft, processesLeft } from './platform/support/left-behind.ts';
import { isAcceptance, type Part, type Phase, phasesOf } from './platform/support/phases.ts';
import { report } from './platform/support/reporter.ts';
import {
  everyVersionTests,
  isForEveryVersion,
  lastLine,
  linesByProject,
  mostExpensive,
  sum,
  type Tally,
  type TestedFile,
} from './platform/support/run-report.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'test-run-'));
/** The temporary folder of all tests. */
const temporary = join(scratch, 'tmp');
mkdirSync(temporary);

const ours = ['--unit', '--app', '--platform'];
const unitOnly = process.argv.includes('--unit');
const jestArguments = process.argv.slice(2).filter((argument) => !ours.includes(argument));
if (unitOnly) jestArguments.push('--selectProjects', 'unit');
const running = new Set<ChildProcess>();
const brokers: Promise<RunningBroker>[] = [];
const notes: string[] = [];
const tallies: Tally[] = [];

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    for (const child of running) child.kill('SIGTERM');
    // Neither the workers of jest nor what their tests started ends with jest when the signal was for this process only.
    void processesLeft(temporary, 2000)
      .then(cleanUp)
      .finally(() => process.exit(128 + constants.signals[signal]));
  });
}

try {
  await run();
} catch (error) {
  console.error(error);
  tallies.push({ passed: 0, failed: 1, skipped: 0 });
}
await cleanUp();

for (const note of notes) console.log(note);
const total = sum(tallies);
console.log(lastLine(total));
process.exitCode = total.failed === 0 ? 0 : 1;

async function run(): Promise<void> {
  const begun = performance.now();
  const phases = phasesOf(partOf(process.argv), await testFiles());
  const acceptance = phases.flatMap(({ files }) => files.filter(isAcceptance));
  const installations = acceptance.length === 0 ? [] : await findOrGetInstallations();
  const needed = acceptance.some(isForEveryVersion) ? installations : installations.slice(0, 1);
  // They start while the first phase runs, which needs none.
  brokers.push(...needed.map(start));
  for (const broker of brokers) broker.catch(() => undefined);
  const files: TestedFile[] = [];
  for (const phase of phases) files.push(...(await runPhase(phase, needed)));
  notes.push(...linesByProject(files), ...mostExpensive(files, 8));
  if (installations.length === 1) noteMissingVersions(installations[0]?.version ?? '', everyVersionTests(files));
  const ofBrokers = (await Promise.all(brokers)).reduce((seconds, { pid }) => seconds + cpuSecondsOf(pid), 0);
  const inAll = cpuSeconds() + ofBrokers;
  notes.push(
    `${Math.round((performance.now() - begun) / 1000)} s, ${Math.round(inAll)} s of CPU time; ${Math.round(ofBrokers)} s of it are the shared brokers'`,
  );
}

function partOf(argv: readonly string[]): Part {
  if (argv.includes('--app')) return 'app';
  return argv.includes('--platform') ? 'platform' : 'all';
}

/** @throws Error where there is none, and none can be had */
async function findOrGetInstallations(): Promise<Installation[]> {
  const found = findInstallations();
  if (found.length > 0) return found;
  const setup = spawn(process.execPath, [join(project, 'bin/setup.js')], { stdio: 'inherit' });
  running.add(setup);
  await ended(setup);
  running.delete(setup);
  const got = findInstallations();
  if (got.length === 0) throw new Error('the acceptance tests need RabbitMQ; run: node bin/setup.js --all');
  return got;
}

async function runPhase(phase: Phase, installations: readonly Installation[]): Promise<TestedFile[]> {
  const needsBroker = phase.files.some(isAcceptance);
  const on = needsBroker ? `, on RabbitMQ ${installations.map(({ version }) => version).join(' and ')}` : '';
  console.log(`\n${phase.title}: ${phase.files.length} ${phase.files.length === 1 ? 'file' : 'files'}${on}`);
  const files = await jest(phase, needsBroker ? await Promise.all(brokers) : []);
  const { failed } = sum(files);
  if (phase.isFirst && failed > 0) console.log(`\nof yours, ${failed} failed: see above`);
  return files;
}

function start(installation: Installation): Promise<RunningBroker> {
  return startBroker({
    directory: join(scratch, `rabbitmq-${installation.version}`),
    admin: { username: 'admin', password: randomBytes(12).toString('hex') },
    installation,
  });
}

function noteMissingVersions(version: string, tests: number): void {
  if (tests === 0) return;
  const reason =
    process.env.RABBITMQ_UNAVAILABLE ?? 'no other is on this machine; node bin/setup.js --all gets what can be had';
  notes.push(`${tests} tests that are for every RabbitMQ version ran on ${version} only (${reason})`);
  tallies.push({ passed: 0, failed: 0, skipped: tests });
}

/** Paths from the project's folder. */
async function testFiles(): Promise<string[]> {
  const child = spawnJest(['--listTests'], {}, 'pipe');
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  await ended(child);
  return Buffer.concat(chunks)
    .toString()
    .split('\n')
    .filter((line) => line.endsWith('.test.ts'))
    .map((file) => relative(project, file));
}

/** Counts what the tests gave. A run that ends without a report of its own, or badly although no test failed, is a failure. */
async function jest({ leaveOut }: Phase, started: readonly RunningBroker[]): Promise<TestedFile[]> {
  const reporters = ['--reporters=default', `--reporters=${join(project, 'test/platform/support/reporter.ts')}`];
  const env = { TEST_BROKERS: JSON.stringify(started.map(addressOf)), TEST_LEAVE_OUT: JSON.stringify(leaveOut) };
  const ending = await ended(spawnJest(['--ci', ...reporters], env, 'inherit'));
  const files = filesOf();
  tallies.push(...files);
  if (ending !== 0 && sum(files).failed === 0) {
    notes.push(`jest ended (${ending}) although no test failed; its output above says why`);
    tallies.push({ passed: 0, failed: 1, skipped: 0 });
  }
  for (const what of [...(await processesLeft(temporary)), ...foldersLeft(temporary)]) {
    notes.push(`left behind by a test: ${what}`);
    tallies.push({ passed: 0, failed: 1, skipped: 0 });
  }
  return files;
}

function filesOf(): TestedFile[] {
  if (!existsSync(join(scratch, report))) return [];
  const files = JSON.parse(readFileSync(join(scratch, report), 'utf8')) as TestedFile[];
  rmSync(join(scratch, report));
  const lines = existsSync(join(scratch, measurements)) ? readFileSync(join(scratch, measurements), 'utf8') : '';
  const measured = lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as MeasuredFile);
  return files.map((file) => ({
    ...file,
    path: relative(project, file.path),
    cpuSeconds: measured.find(({ path, project }) => path === file.path && project === file.project)?.cpuSeconds,
  }));
}

function spawnJest(args: string[], env: Record<string, string>, stdout: 'pipe' | 'inherit'): ChildProcess {
  const program = join(project, 'node_modules/jest/bin/jest.js');
  const workers = jestArguments.some(isAboutWorkers) ? [] : [`--maxWorkers=${Math.max(2, availableParallelism())}`];
  // The user's arguments come first: several options of jest take every word that follows them.
  const jestOptions = [
    '--config',
    'test/jest.config.js',
    ...jestArguments.flatMap(everyAcceptanceProject),
    '--passWithNoTests',
    '--testTimeout=120000',
    ...workers,
    ...args,
  ];
  const options = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules', program, ...jestOptions];
  const child = spawn(process.execPath, options, {
    cwd: project,
    env: {
      ...process.env,
      TEST_SCRATCH: scratch,
      TMPDIR: temporary,
      // For the programs that tests start.
      NODE_COMPILE_CACHE: join(project, 'node_modules/.cache/compiled'),
      ...env,
    },
    stdio: ['ignore', stdout, 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

function ended(child: ChildProcess): Promise<string | number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
}

/** jest has a project for each version. */
function everyAcceptanceProject(argument: string): string[] {
  if (argument !== 'acceptance') return [argument];
  const [, ...others] = findInstallations();
  return [argument, ...others.map(({ version }) => `acceptance on ${version}`)];
}

function isAboutWorkers(argument: string): boolean {
  return /^(?:--maxWorkers|-w|--runInBand|-i)(?:=|$)/.test(argument);
}

async function cleanUp(): Promise<void> {
  const stopped = await Promise.allSettled(brokers.map(async (starting) => (await starting).stop('kill')));
  for (const result of stopped) if (result.status === 'rejected') console.error(result.reason);
  rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
