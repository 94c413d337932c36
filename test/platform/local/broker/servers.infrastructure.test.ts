import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cacheFolder, compareVersions, findServers } from '../../../../lib/platform/local/broker/servers.ts';

const scratch = mkdtempSync(join(tmpdir(), 'installations-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** What findServers looks at: the start script, and the plugin that carries the version. */
function server(home: string, plugin: string): string {
  mkdirSync(join(home, 'sbin'), { recursive: true });
  mkdirSync(join(home, 'plugins', plugin), { recursive: true });
  writeFileSync(join(home, 'sbin/rabbitmq-server'), '');
  return home;
}

describe('servers', () => {
  it('are those of the system and of the cache, newest first, each version once', () => {
    const installed = server(join(scratch, 'system/rabbitmq_server-3.10.8'), 'rabbit-3.10.8');
    const cache = join(scratch, 'cache');
    const inCache = (version: string) =>
      server(
        join(cache, `rabbitmq-${version}/root/usr/lib/rabbitmq/lib/rabbitmq_server-${version}`),
        `rabbit-${version}`,
      );
    const newest = inCache('4.0.5');
    inCache('3.10.8');
    expect(findServers({ homes: [installed], homebrew: [], caches: [cache] })).toEqual([
      { version: '4.0.5', home: newest, path: join(cache, 'rabbitmq-4.0.5/bin') },
      { version: '3.10.8', home: installed, path: '' },
    ]);
  });

  it('are known by the plugin archive of older packages too', () => {
    const home = join(scratch, 'archive/server');
    server(home, 'rabbit-3.9.13.ez');
    expect(findServers({ homes: [home], homebrew: [], caches: [] })[0]?.version).toBe('3.9.13');
  });

  it('are not folders that are half made, of something else, or not there', () => {
    const cache = join(scratch, 'half');
    mkdirSync(join(cache, 'rabbitmq-4.0.5/root/usr/lib/rabbitmq/lib/rabbitmq_server-4.0.5/plugins'), {
      recursive: true,
    });
    server(join(cache, '.partial-trixie/root/usr/lib/rabbitmq/lib/rabbitmq_server-4.0.5'), 'rabbit-4.0.5');
    expect(
      findServers({ homes: [join(scratch, 'nowhere')], homebrew: [], caches: [cache, join(scratch, 'nowhere')] }),
    ).toEqual([]);
  });

  it("of Homebrew find Homebrew's Erlang, also one that is not linked", () => {
    const homebrew = join(scratch, 'homebrew');
    const home = server(join(homebrew, 'opt/rabbitmq'), 'rabbit-4.2.1');
    for (const name of ['erlang@9', 'erlang@27', 'elixir'])
      mkdirSync(join(homebrew, 'opt', name, 'bin'), { recursive: true });
    expect(findServers({ homes: [], homebrew: [homebrew, join(scratch, 'nowhere')], caches: [] })).toEqual([
      {
        version: '4.2.1',
        home,
        path: ['bin', 'opt/erlang@27/bin', 'opt/erlang@9/bin'].map((name) => join(homebrew, name)).join(':'),
      },
    ]);
  });

  it('of the cache are looked for where the setup puts them', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/x', HOME: '/h' })).toBe('/x/rabbitmq-lambda-template');
    expect(cacheFolder({ XDG_CACHE_HOME: '', HOME: '/h' })).toBe('/h/.cache/rabbitmq-lambda-template');
  });
});

describe('versions', () => {
  it('are compared number by number', () => {
    const versions = ['3.9.30', '4.0.5', '3.10.8', '4.0.5-rc.1', '4.0.10', '4.1'];
    expect([...versions].sort(compareVersions)).toEqual(['3.9.30', '3.10.8', '4.0.5-rc.1', '4.0.5', '4.0.10', '4.1']);
  });

  it('have one order, whichever way they are compared', () => {
    const version = fc.tuple(fc.nat(9), fc.nat(20), fc.nat(20)).map((numbers) => numbers.join('.'));
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
        expect(compareVersions(a, b) === 0).toBe(a === b);
      }),
    );
  });
});
