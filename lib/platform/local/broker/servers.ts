import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** A RabbitMQ server on this machine that can be started by an ordinary user. */
export interface InstalledServer {
  /** Such as `4.0.5`, read from the server's own files. */
  version: string;
  /** The folder that holds `sbin/rabbitmq-server` and `plugins`. */
  home: string;
  /** Folders to put first in PATH so that `erl` and `epmd` are found; empty where they are installed for everybody. */
  path: string;
}

export interface SearchPlaces {
  /** Folders each of which may be a RabbitMQ home. */
  homes: string[];
  /** Folders into which Homebrew may have installed RabbitMQ and Erlang. */
  homebrew: string[];
  /** Folders of the kind that `bin/setup.js` makes: `rabbitmq-<version>/{root,bin}` inside. */
  caches: string[];
}

/** Every usable server, newest first; of the same version the system's own comes first. */
export function findServers(places: SearchPlaces = defaultPlaces()): InstalledServer[] {
  const brewed = places.homebrew.flatMap((prefix) => serverAt(join(prefix, 'opt/rabbitmq'), homebrewPath(prefix)));
  const installed = places.homes.flatMap((home) => serverAt(home, ''));
  const unpacked = places.caches.flatMap((cache) =>
    namesIn(cache)
      .filter((name) => /^rabbitmq-\d/.test(name))
      .flatMap((name) => {
        const servers = join(cache, name, 'root/usr/lib/rabbitmq/lib');
        const path = join(cache, name, 'bin');
        return namesIn(servers).flatMap((server) => serverAt(join(servers, server), path));
      }),
  );
  const versions = new Map<string, InstalledServer>();
  for (const server of [...brewed, ...installed, ...unpacked]) {
    if (!versions.has(server.version)) versions.set(server.version, server);
  }
  return [...versions.values()].sort((a, b) => compareVersions(b.version, a.version));
}

/** Negative when `a` is the older one. A pre-release (`4.1.0-rc.1`) is older than its release. */
export function compareVersions(a: string, b: string): number {
  const [left, leftRest] = parts(a);
  const [right, rightRest] = parts(b);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (leftRest === rightRest) return 0;
  if (leftRest === '') return 1;
  if (rightRest === '') return -1;
  return leftRest < rightRest ? -1 : 1;
}

function parts(version: string): [number[], string] {
  const [numbers = '', ...rest] = version.split('-');
  return [numbers.split('.').map(Number), rest.join('-')];
}

/** The servers that somebody has installed for himself: none of the cache. */
export const findInstalledServers = (): InstalledServer[] => findServers({ ...defaultPlaces(), caches: [] });

/** Erlang may be linked into `bin`, or only be in a folder of its own, as `erlang@27` is. */
function homebrewPath(prefix: string): string {
  const erlangs = namesIn(join(prefix, 'opt')).filter((name) => /^erlang(@\d+)?$/.test(name));
  const own = erlangs
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => join(prefix, 'opt', name, 'bin'));
  return [join(prefix, 'bin'), ...own].join(delimiter);
}

function defaultPlaces(): SearchPlaces {
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'rabbitmq-server'))
    .filter((file) => existsSync(file))
    // The generic tarball has the server's own script there; Debian puts a wrapper that needs root.
    .map((file) => dirname(dirname(realpathSync(file))));
  // Debian's packages, and RabbitMQ's own for RPM.
  const packaged = namesIn('/usr/lib/rabbitmq/lib').map((name) => join('/usr/lib/rabbitmq/lib', name));
  // On Apple silicon, on Intel, on Linux.
  const homebrew = ['/opt/homebrew', '/usr/local', '/home/linuxbrew/.linuxbrew'];
  return { homes: [...onPath, ...packaged], homebrew, caches: [cacheFolder()] };
}

/** Where `bin/setup.js` puts what it unpacks; shared by all clones of one user. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), '.cache');
  return join(base, 'rabbitmq-lambda-template');
}

function serverAt(home: string, path: string): InstalledServer[] {
  if (!existsSync(join(home, 'sbin/rabbitmq-server'))) return [];
  const plugin = namesIn(join(home, 'plugins')).find((name) => /^rabbit-\d/.test(name));
  if (plugin === undefined) return [];
  return [{ version: plugin.replace(/^rabbit-/, '').replace(/\.ez$/, ''), home, path }];
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
