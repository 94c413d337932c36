import { describe, expect, it } from '@jest/globals';

const { aptConfiguration, neededPackages } = (await import('../../../../lib/platform/cli/setup/apt.js' as string)) as {
  aptConfiguration(folder: string): string;
  neededPackages(output: string): { file: string; name: string; version: string; bytes: number }[];
};

describe('the configuration of a private apt', () => {
  it('keeps all state in its folder and runs none of the system hooks', () => {
    const text = aptConfiguration('/cache/work');
    expect(text).toContain('Dir::State::status "/cache/work/status";');
    expect(text).toContain('Dir::Etc::sourceparts "/cache/work/sources";');
    expect(text).toContain('#clear APT::Update::Post-Invoke;');
    for (const [, value = ''] of text.matchAll(/^Dir::\S+ "(.*)";$/gm))
      expect(value).toMatch(/^\/(cache\/work|dev\/null)/);
  });
});

describe('the packages that are fetched', () => {
  it('are the server, Erlang and the libraries, of all that apt would install', () => {
    // Lines as `apt-get install --print-uris` of Debian 13 prints them; the address is made up.
    const line = (file: string, size: number) => `'http://mirror.test/pool/${file}' ${file} ${size} SHA256:00`;
    const output = [
      line('adduser_3.152_all.deb', 190932),
      line('erlang-base_1%3a27.3.4.1+dfsg-1+deb13u3_amd64.deb', 11425380),
      line('libc6_2.41-12+deb13u4_amd64.deb', 2846580),
      line('libpam0g_1.7.0-5_amd64.deb', 69880),
      line('libssl3t64_3.5.7-1~deb13u2_amd64.deb', 2453872),
      line('openssl_3.5.7-1~deb13u2_amd64.deb', 1507300),
      line('rabbitmq-server_4.0.5-6+deb13u2_all.deb', 16445832),
      '',
    ].join('\n');
    const packages = neededPackages(output);
    expect(packages.map(({ name }) => name)).toEqual(['erlang-base', 'libc6', 'libssl3t64', 'rabbitmq-server']);
    expect(packages[0]).toMatchObject({ version: '1:27.3.4.1+dfsg-1+deb13u3', bytes: 11425380 });
  });

  it('are none when apt has nothing to say', () => {
    expect(neededPackages('')).toEqual([]);
  });
});
