// Gets a RabbitMQ onto this machine. On Debian-like systems the distribution's packages are unpacked into a cache folder: no
// root, no service, nothing of the system changed. Where there is no server, a container engine runs one. Elsewhere the user installs it.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PrivateApt, systemSources } from './apt.js';
import { sourcesForSuite } from './apt-sources.js';
import { pullImages } from './container-images.js';
import { withLock } from './lock.js';
import { megabytes, say, secondsSince, withProgress } from './progress.js';
import { run } from './run.js';
import { makeRunnable } from './runnable.js';

/**
 * What is known of a distribution's release: the version it gave, or why it gave none.
 * @typedef {{ version: string } | { unavailable: string, at: number }} SuiteRecord
 * @typedef {Record<string, SuiteRecord>} Records
 */

/** Debian's releases whose RabbitMQ this runs, best first; 4.0 and 3.10 bracket what Amazon MQ sells. */
const debianSuites = [
  { suite: 'trixie', series: '4.0' },
  { suite: 'bookworm', series: '3.10' },
];

/** A version that could not be had is not asked for again at once, as long as there is another one to work with. */
const retryAfterMilliseconds = 60 * 60 * 1000;

/**
 * @typedef {object} Request
 * @property {string} cache folder for what is unpacked
 * @property {boolean} all every version that can be had, not just one to work with
 * @property {() => string[]} installed versions of servers installed on the system
 * @property {() => import('./container-images.js').WantedImage[]} images what a container engine of this machine may run; none without one
 */

/**
 * @param {Request} request
 * @returns {Promise<string[]>} one line for each version that cannot be had, with the reason (only for `all`)
 * @throws Error whose message is the one line to show
 */
export async function ensureRabbitMq({ cache, all, installed, images }) {
  const servers = await ensureServers({ cache, all, installed });
  if (servers.usable && !all) return [];
  const wanted = images();
  const containers = await pullImages(all ? wanted : wanted.slice(0, 1));
  if (!servers.usable && !containers.usable) {
    const reasons = [...servers.unavailable, ...containers.unavailable];
    const tried = reasons.length > 0 ? ` and could not be fetched (${reasons.join('; ')})` : '';
    throw new Error(`RabbitMQ is missing${tried}: ${howToInstall(process.platform)}`);
  }
  return [...servers.unavailable, ...containers.unavailable];
}

/**
 * @param {Pick<Request, 'cache' | 'all' | 'installed'>} request
 * @returns {Promise<{ usable: boolean, unavailable: string[] }>} whether there is one to work with, and a line for each version that cannot be had
 */
async function ensureServers({ cache, all, installed }) {
  const unpacked = () =>
    Object.values(readRecords(cache)).some(
      (record) => 'version' in record && existsSync(folderOf(cache, record.version)),
    );

  if (!all && unpacked()) return { usable: true, unavailable: [] };
  const system = releaseOfSystem();
  const suites = system === undefined ? [] : suitesFor(system);
  const missing = () => {
    const records = readRecords(cache);
    return suites.filter(({ suite }) => !isSettled(cache, records[suite], unpacked()));
  };
  if (all && suites.length > 0 && missing().length === 0)
    return { usable: true, unavailable: missingVersions(cache, suites) };

  const versions = installed();
  if (!all && versions.length > 0) return { usable: true, unavailable: [] };
  if (system === undefined) {
    const unavailable =
      versions.length > 0
        ? [`only RabbitMQ ${versions.join(', ')} is installed, and only Debian-like systems can fetch more packages`]
        : [];
    return { usable: versions.length > 0, unavailable };
  }

  await withLock(
    join(cache, 'rabbitmq.lock'),
    () => say('RabbitMQ: another process fetches it; waiting'),
    async () => {
      removePartial(cache);
      for (const wanted of missing()) {
        const record = await fetchSuite(cache, system, wanted.suite, versions);
        writeRecords(cache, { ...readRecords(cache), [wanted.suite]: record });
        const others = versions.length > 0 || unpacked();
        if ('unavailable' in record && others) say(`RabbitMQ ${wanted.series} cannot be had: ${record.unavailable}`);
        if (!all && 'version' in record) break;
      }
    },
  );
  return { usable: versions.length > 0 || unpacked(), unavailable: missingVersions(cache, suites) };
}

/**
 * @param {string} cache
 * @param {{ suite: string, series: string }[]} suites
 */
function missingVersions(cache, suites) {
  const records = readRecords(cache);
  return suites.flatMap(({ suite, series }) => {
    const record = records[suite];
    return record !== undefined && 'unavailable' in record
      ? [`RabbitMQ ${series} of ${suite}: ${record.unavailable}`]
      : [];
  });
}

/**
 * @param {string} cache
 * @param {SuiteRecord | undefined} record
 * @param {boolean} another is there a version to work with?
 */
function isSettled(cache, record, another) {
  if (record === undefined) return false;
  if ('version' in record) return existsSync(folderOf(cache, record.version));
  return another && Date.now() - record.at < retryAfterMilliseconds;
}

/**
 * @param {string} cache
 * @param {{ codename: string }} system
 * @param {string} suite
 * @param {string[]} installed
 * @returns {Promise<SuiteRecord>}
 */
async function fetchSuite(cache, system, suite, installed) {
  const sources = sourcesForSuite(systemSources(), system.codename, suite);
  let reason = `the system's package sources have no archive of ${system.codename}`;
  for (const source of sources) {
    const work = join(cache, `.partial-${suite}`);
    rmSync(work, { recursive: true, force: true });
    try {
      return { version: await fetchFrom(cache, work, source, suite, installed) };
    } catch (error) {
      reason = /** @type {Error} */ (error).message;
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return { unavailable: reason, at: Date.now() };
}

/**
 * @param {string} cache
 * @param {string} work
 * @param {import('./apt-sources.js').AptSource} source
 * @param {string} suite
 * @param {string[]} installed
 */
async function fetchFrom(cache, work, source, suite, installed) {
  const startedAt = Date.now();
  const apt = new PrivateApt(join(work, 'apt'), source);
  const { packages, version } = await withProgress(
    () => `RabbitMQ: reading the package list of ${suite}`,
    apt.resolve(),
  );
  const final = folderOf(cache, version);
  if (!existsSync(final)) {
    const bytes = packages.reduce((sum, { bytes }) => sum + bytes, 0);
    const done = () => megabytes(Math.min(bytes, folderSize(apt.debs)));
    const label = `RabbitMQ ${version} (${suite})`;
    await withProgress(() => `${label}: downloading ${done()} of ${megabytes(bytes)}`, apt.download(packages));
    const tree = join(work, 'tree/root');
    mkdirSync(tree, { recursive: true });
    await withProgress(() => `${label}: unpacking`, unpack(apt.debs, tree));
    makeRunnable(join(work, 'tree'), final);
    renameSync(join(work, 'tree'), final);
    try {
      await verify(final);
    } catch (error) {
      rmSync(final, { recursive: true, force: true });
      throw error;
    }
    say(
      `${label}: ${packages.length} packages, ${megabytes(bytes)}, unpacked into ${final} (${secondsSince(startedAt)})`,
    );
  }
  if (installed.includes(version)) say(`RabbitMQ ${version} is installed on the system too`);
  return version;
}

/**
 * @param {string} debs
 * @param {string} tree
 */
async function unpack(debs, tree) {
  for (const name of readdirSync(debs).filter((file) => file.endsWith('.deb'))) {
    await run('dpkg-deb', ['-x', join(debs, name), tree]);
  }
  for (const folder of ['doc', 'man', 'lintian', 'locale']) {
    rmSync(join(tree, 'usr/share', folder), { recursive: true, force: true });
  }
}

/** Does Erlang run from there, with its native code? @param {string} folder */
async function verify(folder) {
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
  const program = 'ok = crypto:start(), io:format("works"), halt().';
  const output = await run(join(folder, 'bin/erl'), ['-noshell', '-eval', program], { env });
  if (!output.includes('works')) throw new Error(`Erlang does not run here: ${output.trim().split('\n')[0]}`);
}

/** @param {string} folder */
function folderSize(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  let size = 0;
  for (const file of files) {
    if (file.isFile()) size += statSync(join(folder, file.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return size;
}

/** @returns {{ debian: boolean, codename: string } | undefined} undefined: not a system with apt */
function releaseOfSystem() {
  if (process.platform !== 'linux' || !existsSync('/etc/os-release')) return undefined;
  try {
    execFileSync('apt-get', ['--version'], { stdio: 'ignore' });
    execFileSync('dpkg-deb', ['--version'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return parseOsRelease(readFileSync('/etc/os-release', 'utf8'));
}

/** @param {string} text of /etc/os-release */
export function parseOsRelease(text) {
  const value = (/** @type {string} */ key) => new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  // Derivatives name the release whose archive they use.
  const codename = value('UBUNTU_CODENAME') || value('DEBIAN_CODENAME') || value('VERSION_CODENAME');
  return codename === ''
    ? undefined
    : { debian: value('ID') === 'debian' || value('DEBIAN_CODENAME') !== '', codename };
}

/** @param {{ debian: boolean, codename: string }} system */
function suitesFor({ debian, codename }) {
  return debian ? debianSuites : [{ suite: codename, series: 'as packaged' }];
}

/** @param {NodeJS.Platform} platform */
export function howToInstall(platform) {
  if (platform === 'win32') return 'on Windows, run this inside WSL (docs/your-machine.md)';
  const command = platform === 'darwin' ? 'brew install rabbitmq' : 'the package rabbitmq-server, 3.10 or newer';
  return `install it (${command}), start Docker or Podman, or set RABBITMQ_URL to a broker of yours`;
}

/**
 * @param {string} cache
 * @param {string} version
 */
function folderOf(cache, version) {
  return join(cache, `rabbitmq-${version}`);
}

/**
 * @param {string} cache
 * @returns {Records}
 */
function readRecords(cache) {
  const file = join(cache, 'rabbitmq.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/**
 * @param {string} cache
 * @param {Records} records
 */
function writeRecords(cache, records) {
  const file = join(cache, 'rabbitmq.json');
  writeFileSync(`${file}.new`, `${JSON.stringify(records, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** What a killed run left; only called by the one that holds the lock. @param {string} cache */
function removePartial(cache) {
  for (const name of readdirSync(cache).filter((entry) => entry.startsWith('.partial-'))) {
    rmSync(join(cache, name), { recursive: true, force: true });
  }
}
