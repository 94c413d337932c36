// npm test [-- [--unit] [arguments of jest]]
//
// Runs the unit tests (nothing but this process) and the infrastructure tests (stacks, bundles, processes of this machine); beside them
// the acceptance tests on the newest RabbitMQ of this machine; and those whose file name ends in `.every-version.test.ts` on each
// older one. The brokers are private ones. The last line is the sum of all runs.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunningBroker, startBroker } from '../lib/local/broker/broker.ts';
import { findInstallations, type Installation } from '../lib/local/broker/installations.ts';
import { addressOf } from './support/broker-address.ts';
import {
  allButEveryVersion,
  everyVersionTests,
  isForEveryVersion,
  type JestReport,
  lastLine,
  sum,
  type Tally,
  tallyOf,
} from './support/run-report.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'test-run-'));
const unitOnly = process.argv.includes('--unit');
const jestArguments = process.argv.slice(2).filter((argument) => argument !== '--unit');
const running = new Set<ChildProcess>();
const brokers: Promise<RunningBroker>[] = [];
const notes: string[] = [];
const tallies: Tally[] = [];

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    for (const child of running) child.kill('SIGTERM');
    void cleanUp().then(() => process.exit(128 + constants.signals[signal]));
  });
}

try {
  await (unitOnly ? testsWithoutBroker() : allTests());
} catch (error) {
  console.error(error);
  tallies.push({ passed: 0, failed: 1, skipped: 0 });
}
await cleanUp();

const total = sum(tallies);
for (const note of notes) console.log(note);
console.log(lastLine(total));
process.exitCode = total.failed === 0 ? 0 : 1;

async function testsWithoutBroker(): Promise<void> {
  const projects = unitOnly ? ['unit'] : ['unit', 'infrastructure'];
  await jest(projects.join(' and '), ['--selectProjects', ...projects]);
}

/** Acceptance tests wait more than they work: those on the newest broker, which are most of them, run beside all others. */
async function allTests(): Promise<void> {
  const files = await acceptanceFiles();
  const installations = files.length === 0 ? [] : findInstallations();
  if (files.length > 0 && installations.length === 0)
    throw new Error('the acceptance tests need RabbitMQ; run: node bin/setup.js --all');
  // Only as many brokers as the chosen tests need.
  const [newest, ...older] = files.some(isForEveryVersion) ? installations : installations.slice(0, 1);
  const beside = async () => {
    await testsWithoutBroker();
    for (const installation of older)
      await acceptanceTests(installation, ['--testPathIgnorePatterns', allButEveryVersion]);
  };
  const ended = await Promise.allSettled([newest && acceptanceTests(newest), beside()]);
  for (const { reason } of ended.filter((each) => each.status === 'rejected')) throw reason;
  const [first] = ended;
  if (newest && installations.length === 1 && first.status === 'fulfilled' && first.value)
    noteMissingVersions(newest.version, everyVersionTests(first.value));
}

async function acceptanceTests(installation: Installation, selection: string[] = []): Promise<JestReport | undefined> {
  const starting = start(installation);
  brokers.push(starting);
  const broker = await starting;
  const environment = { TEST_BROKERS: JSON.stringify([addressOf(broker)]), TEST_SCRATCH: scratch };
  return jest(
    `acceptance on RabbitMQ ${broker.version}`,
    ['--selectProjects', 'acceptance', ...selection],
    environment,
  );
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

async function acceptanceFiles(): Promise<string[]> {
  const output = await new Promise<string>((resolve, reject) => {
    let text = '';
    const child = spawnJest(['--selectProjects', 'acceptance', '--listTests'], {}, 'pipe');
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.once('error', reject);
    child.once('close', () => resolve(text));
  });
  return output.split('\n').filter((line) => line.endsWith('.test.ts'));
}

/** Counts what the tests of a run gave. The report is undefined (and noted) when jest did not get as far as writing one. */
async function jest(name: string, args: string[], env: Record<string, string> = {}): Promise<JestReport | undefined> {
  const outputFile = join(scratch, `${name}.json`);
  const begun = performance.now();
  const child = spawnJest(['--ci', '--json', `--outputFile=${outputFile}`, ...args], env, 'ignore');
  const ending = await new Promise<string | number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  if (!existsSync(outputFile)) {
    notes.push(`${name}: jest ended (${ending}) without a report`);
    tallies.push({ passed: 0, failed: 1, skipped: 0 });
    return undefined;
  }
  const report = JSON.parse(readFileSync(outputFile, 'utf8')) as JestReport;
  const tally = tallyOf(report);
  tallies.push(tally);
  notes.push(`${name}: ${lastLine(tally)} in ${Math.round((performance.now() - begun) / 1000)} s`);
  if (ending !== 0 && tally.failed === 0) {
    notes.push(`${name}: jest ended (${ending}) although no test failed; its output above says why`);
    tallies.push({ passed: 0, failed: 1, skipped: 0 });
  }
  return report;
}

/** `stdout`: with --json jest repeats the report there; what is for people goes to standard error. */
function spawnJest(args: string[], env: Record<string, string>, stdout: 'pipe' | 'ignore'): ChildProcess {
  const program = join(project, 'node_modules/jest/bin/jest.js');
  // Jest leaves one processor idle, which is half of a small machine. Acceptance tests mostly wait.
  const workers = jestArguments.some(isAboutWorkers) ? [] : [`--maxWorkers=${env.TEST_BROKERS ? 3 : 2}`];
  // The user's arguments come first: several options of jest take every word that follows them.
  const jestOptions = [
    '--config',
    'test/jest.config.js',
    ...jestArguments,
    '--passWithNoTests',
    '--testTimeout=30000',
    ...workers,
    ...args,
  ];
  const options = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules', program, ...jestOptions];
  const child = spawn(process.execPath, options, {
    cwd: project,
    env: { ...process.env, ...env },
    stdio: ['ignore', stdout, 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

function isAboutWorkers(argument: string): boolean {
  return /^(?:--maxWorkers|-w|--runInBand|-i)(?:=|$)/.test(argument);
}

async function cleanUp(): Promise<void> {
  const stopped = await Promise.allSettled(brokers.map(async (starting) => (await starting).stop('kill')));
  for (const result of stopped) if (result.status === 'rejected') console.error(result.reason);
  rmSync(scratch, { recursive: true, force: true });
}
