import { describe, expect, it } from '@jest/globals';

const { howToInstall, parseOsRelease } = (await import('../../../../lib/platform/cli/setup/rabbitmq.js' as string)) as {
  howToInstall(platform: string): string;
  parseOsRelease(text: string): { debian: boolean; codename: string } | undefined;
};

describe('the release of the system', () => {
  // Shortened os-release files of the systems named.
  it.each([
    ['Debian 12', 'ID=debian\nVERSION_CODENAME=bookworm\n', { debian: true, codename: 'bookworm' }],
    [
      'Ubuntu 24.04',
      'ID=ubuntu\nVERSION_CODENAME=noble\nUBUNTU_CODENAME=noble\n',
      { debian: false, codename: 'noble' },
    ],
    [
      'Mint, on Ubuntu',
      'ID=linuxmint\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble',
      { debian: false, codename: 'noble' },
    ],
    [
      'Mint, on Debian',
      'ID=linuxmint\nVERSION_CODENAME=faye\nDEBIAN_CODENAME="bookworm"',
      { debian: true, codename: 'bookworm' },
    ],
    ['Fedora', 'ID=fedora\nVERSION_ID=41\n', undefined],
  ])('of %s is known', (_, text, release) => {
    expect(parseOsRelease(text)).toEqual(release);
  });
});

describe('who has no RabbitMQ', () => {
  it.each([
    ['darwin', 'brew install rabbitmq'],
    ['darwin', 'start Docker or Podman'],
    ['linux', 'RABBITMQ_URL'],
    ['win32', 'inside WSL'],
  ])('on %s is told: %s', (platform, advice) => {
    expect(howToInstall(platform)).toContain(advice);
  });
});
