import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.js';
import { say, secondsSince, withProgress } from './progress.js';
import { complaint, run } from './run.js';

/** Which Node runs the project: the one that came as npm package, or the one that runs this. @typedef {'packaged' | 'current'} Runtime */

const oldestNode = { major: 22, minor: 18 };

/**
 * Makes node_modules agree with package-lock.json. A stamp in node_modules says for which lock file that was last so.
 *
 * @param {string} project
 * @param {string} locks folder for lock files
 * @returns {Promise<Runtime>}
 * @throws Error whose message is the one line to show
 */
export async function ensureNpmPackages(project, locks) {
  const lockFile = readFileSync(join(project, 'package-lock.json'));
  const hash = createHash('sha256').update(lockFile).digest('hex');
  const ready = readStamp(project, hash);
  if (ready !== undefined) return ready;

  const name = `npm-${createHash('sha256').update(project).digest('hex').slice(0, 12)}.lock`;
  return withLock(
    join(locks, name),
    () => say('npm packages: another process installs them; waiting'),
    async () => {
      const meanwhile = readStamp(project, hash);
      if (meanwhile !== undefined) return meanwhile;
      if (!isInstalled(project, JSON.parse(lockFile.toString()))) await install(project);
      const runtime = await chooseRuntime(project);
      writeFileSync(stampFile(project), `${JSON.stringify({ hash, runtime })}\n`);
      return runtime;
    },
  );
}

/**
 * Does npm's own record of node_modules hold every package of the lock file, in its version? Optional packages may be
 * missing: they are those of other platforms.
 *
 * @param {string} project
 * @param {{ packages: Record<string, { version?: string, optional?: boolean, devOptional?: boolean, link?: boolean }> }} lock
 */
export function isInstalled(project, lock) {
  const record = join(project, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(lock.packages).every(
    ([path, { version, optional, devOptional }]) =>
      path === '' ||
      installed[path]?.version === version ||
      ((optional || devOptional) && installed[path] === undefined),
  );
}

/** @param {string} project */
async function install(project) {
  const startedAt = Date.now();
  // Under `npm run` this is the npm that runs.
  const npmScript = process.env.npm_execpath ?? '';
  const [command, ...first] = /npm-cli\.c?js$/.test(npmScript) ? [process.execPath, npmScript] : ['npm'];
  const work = run(command, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: project });
  try {
    const output = await withProgress(() => 'npm packages: installing', work);
    const count = /added (\d+) packages/.exec(output)?.[1] ?? 'all';
    say(`npm packages: ${count} installed (npm ci, ${secondsSince(startedAt)})`);
  } catch (error) {
    const reason = /** @type {Error} */ (error).message;
    throw new Error(`npm packages are missing and "npm ci" failed: ${complaint(reason)}`, { cause: error });
  }
}

/**
 * @param {string} project
 * @returns {Promise<Runtime>}
 */
async function chooseRuntime(project) {
  const packaged = join(project, 'node_modules/.bin/node');
  // It may be there and not run: the packages are built for glibc, Alpine has another C library.
  const version = existsSync(packaged) ? await run(packaged, ['--version']).catch(() => '') : '';
  if (version.startsWith('v')) return 'packaged';
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > oldestNode.major || (major === oldestNode.major && minor >= oldestNode.minor)) return 'current';
  throw new Error(
    `Node ${oldestNode.major}.${oldestNode.minor} or newer is needed, this is ${process.versions.node}, and no npm package brings one that runs on ` +
      `${process.platform}-${process.arch}: install Node 24 and start again`,
  );
}

/** @param {string} project */
function stampFile(project) {
  return join(project, 'node_modules/.setup.json');
}

/**
 * @param {string} project
 * @param {string} hash
 * @returns {Runtime | undefined}
 */
function readStamp(project, hash) {
  if (!existsSync(stampFile(project))) return undefined;
  try {
    const stamp = JSON.parse(readFileSync(stampFile(project), 'utf8'));
    return stamp.hash === hash ? stamp.runtime : undefined;
  } catch {
    // Cut off in the middle of writing it; it is made again.
    return undefined;
  }
}
