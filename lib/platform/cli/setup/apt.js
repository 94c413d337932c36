// apt with a state of its own: nothing of the system's package database is read, locked or changed, so that it works
// for root and for everybody else alike. Only the configuration (proxies, keys) and the sources are the system's.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDeb822Sources, parseOneLineSources, toDeb822 } from './apt-sources.js';
import { run } from './run.js';

/** @typedef {import('./apt-sources.js').AptSource} AptSource */
/** @typedef {{ file: string, name: string, version: string, bytes: number }} Package */

export function systemSources() {
  const shown = execFileSync(
    'apt-config',
    ['shell', 'list', 'Dir::Etc::sourcelist/f', 'parts', 'Dir::Etc::sourceparts/d'],
    {
      encoding: 'utf8',
    },
  );
  const path = (/** @type {string} */ name) => new RegExp(`^${name}='(.*)'$`, 'm').exec(shown)?.[1] ?? '';
  const parts = path('parts');
  const files = existsSync(parts)
    ? readdirSync(parts)
        .sort()
        .map((name) => join(parts, name))
    : [];
  /** @type {AptSource[]} */
  const sources = [];
  for (const file of [path('list'), ...files]) {
    if (!existsSync(file)) continue;
    if (file.endsWith('.list')) sources.push(...parseOneLineSources(readFileSync(file, 'utf8')));
    if (file.endsWith('.sources')) sources.push(...parseDeb822Sources(readFileSync(file, 'utf8')));
  }
  return sources;
}

/**
 * Hooks (docker's cache cleaning, PackageKit's refresh) are for the system's own state, which this leaves alone.
 *
 * @param {string} folder absolute
 */
export function aptConfiguration(folder) {
  const hooks = ['APT::Update::Pre-Invoke', 'APT::Update::Post-Invoke', 'APT::Update::Post-Invoke-Success'];
  const settings = {
    'Dir::State': join(folder, 'state'),
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
    'Dir::Etc::sourcelist': '/dev/null',
    'Dir::Etc::sourceparts': join(folder, 'sources'),
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    // Root's apt would fetch as another user, who cannot write to these folders.
    'APT::Sandbox::User': 'root',
    // Without it an update that reached nobody counts as a success.
    'APT::Update::Error-Mode': 'any',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '20',
    'Acquire::https::Timeout': '20',
  };
  return [
    ...hooks.map((hook) => `#clear ${hook};`),
    ...Object.entries(settings).map(([name, value]) => `${name} "${value}";`),
    '',
  ].join('\n');
}

/** Of all that rabbitmq-server depends on (a whole base system), what it takes to run the server. */
const needed =
  /^(rabbitmq-server|erlang-.+|libc6|libgcc-s1|libstdc\+\+6|libsystemd0|libtinfo6|zlib1g|libssl[\d.]+(t64)?|libcap2|libzstd1|liblz4-1|liblzma5|libgcrypt20|libgpg-error0)$/;

/**
 * @param {string} output of `apt-get install --print-uris`: lines of 'uri' file size hash
 * @returns {Package[]}
 */
export function neededPackages(output) {
  return output.split('\n').flatMap((line) => {
    const match = /^'[^']+' (([^_ ]+)_([^_ ]+)_[^_ ]+\.deb) (\d+) /.exec(line);
    if (match === null) return [];
    const [, file = '', name = '', version = '', bytes = ''] = match;
    return needed.test(name) ? [{ file, name, version: decodeURIComponent(version), bytes: Number(bytes) }] : [];
  });
}

/** One source, one folder, one apt. */
export class PrivateApt {
  /**
   * @param {string} folder
   * @param {AptSource} source
   */
  constructor(folder, source) {
    this.folder = folder;
    for (const part of ['state/lists/partial', 'cache/archives/partial', 'sources', 'debs']) {
      mkdirSync(join(folder, part), { recursive: true });
    }
    writeFileSync(join(folder, 'status'), '');
    writeFileSync(join(folder, 'sources/this.sources'), toDeb822(source));
    writeFileSync(join(folder, 'apt.conf'), aptConfiguration(folder));
  }

  get debs() {
    return join(this.folder, 'debs');
  }

  /** @throws CommandError naming apt's first complaint */
  async resolve() {
    await this.#apt('update', '-qq');
    const output = await this.#apt(
      'install',
      '--print-uris',
      '-qq',
      '-y',
      '--no-install-recommends',
      'rabbitmq-server',
    );
    const packages = neededPackages(output);
    const server = packages.find(({ name }) => name === 'rabbitmq-server');
    if (server === undefined) throw new Error('apt knows no package rabbitmq-server there');
    return { packages, version: server.version.replace(/^\d+:/, '').replace(/-[^-]*$/, '') };
  }

  /** Checks signatures and hashes, as apt does. @param {Package[]} packages */
  async download(packages) {
    await this.#apt('download', '-qq', ...packages.map(({ name }) => name));
  }

  /** @param {string[]} args */
  #apt(...args) {
    return run('apt-get', ['-c', join(this.folder, 'apt.conf'), ...args], { cwd: this.debs });
  }
}
