import { describe, expect, it } from '@jest/globals';

interface AptSource {
  uris: string[];
  suites: string[];
  components: string[];
  signedBy: string;
  trusted: boolean;
}

// Plain JavaScript, which the type check leaves out: a specifier that is no literal has no types.
const { parseDeb822Sources, parseOneLineSources, sourcesForSuite, toDeb822 } = (await import(
  '../../../../lib/platform/cli/setup/apt-sources.js' as string
)) as {
  parseOneLineSources(text: string): AptSource[];
  parseDeb822Sources(text: string): AptSource[];
  sourcesForSuite(sources: AptSource[], ownCodename: string, suite: string): AptSource[];
  toDeb822(source: AptSource): string;
};

// The shapes are those of sources.list(5); addresses are made up.

describe('package sources in one-line style', () => {
  it('are read with and without options', () => {
    const text = [
      '# the main archive',
      'deb http://mirror.test/debian bookworm main contrib non-free # as installed',
      'deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.test/debian bookworm-updates main',
      'deb [ trusted=yes ] file:/srv/packages ./',
    ].join('\n');
    expect(parseOneLineSources(text)).toEqual([
      {
        uris: ['http://mirror.test/debian'],
        suites: ['bookworm'],
        components: ['main', 'contrib', 'non-free'],
        signedBy: '',
        trusted: false,
      },
      {
        uris: ['http://mirror.test/debian'],
        suites: ['bookworm-updates'],
        components: ['main'],
        signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
        trusted: false,
      },
      { uris: ['file:/srv/packages'], suites: ['./'], components: [], signedBy: '', trusted: true },
    ]);
  });

  it('leave out source packages, comments and empty lines', () => {
    expect(
      parseOneLineSources('deb-src http://mirror.test/debian bookworm main\n\n#deb http://a.test b main\n'),
    ).toEqual([]);
  });
});

describe('package sources in deb822 style', () => {
  it('are read stanza by stanza, each with several addresses and suites', () => {
    const text = [
      'Types: deb deb-src',
      '# a comment between fields',
      'URIs: http://one.test/debian http://two.test/debian',
      'Suites: trixie trixie-updates',
      'Components: main',
      'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
      '',
      'Types: deb',
      'URIs: http://one.test/debian-security',
      'Suites: trixie-security',
      'Components: main',
      '',
    ].join('\n');
    const sources = parseDeb822Sources(text);
    expect(sources.map(({ uris, suites }) => ({ uris, suites }))).toEqual([
      { uris: ['http://one.test/debian', 'http://two.test/debian'], suites: ['trixie', 'trixie-updates'] },
      { uris: ['http://one.test/debian-security'], suites: ['trixie-security'] },
    ]);
    expect(sources[0]?.signedBy).toBe('/usr/share/keyrings/debian-archive-keyring.gpg');
  });

  it('leave out disabled stanzas and those of source packages only', () => {
    const stanza = 'Types: deb\nURIs: http://one.test/debian\nSuites: trixie\nComponents: main\n';
    expect(parseDeb822Sources(`Enabled: no\n${stanza}`)).toEqual([]);
    expect(parseDeb822Sources(stanza.replace('deb', 'deb-src'))).toEqual([]);
    expect(parseDeb822Sources(`Enabled: yes\n${stanza}`)).toHaveLength(1);
  });

  it('keep a key that is written into the stanza, so that it can be written out again', () => {
    const key = ' -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDMEX\n -----END PGP PUBLIC KEY BLOCK-----';
    const [source] = parseDeb822Sources(
      `Types: deb\nURIs: http://one.test/debian\nSuites: trixie\nComponents: main\nSigned-By:\n${key}\n`,
    );
    expect(source?.signedBy).toBe(`\n${key}`);
    expect(source && parseDeb822Sources(toDeb822(source))).toEqual([source]);
  });
});

describe('the sources for another release', () => {
  const archive = {
    uris: ['http://mirror.test/debian'],
    suites: ['bookworm', 'bookworm-updates'],
    components: ['main', 'contrib'],
    signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
    trusted: false,
  };
  const security = { ...archive, uris: ['http://mirror.test/debian-security'], suites: ['bookworm-security'] };
  const vendor = {
    ...archive,
    uris: ['http://vendor.test/apt'],
    suites: ['bookworm'],
    signedBy: '/etc/apt/keyrings/vendor.gpg',
  };

  it('are the archive of the system with the suite exchanged, and neither updates nor security', () => {
    expect(sourcesForSuite([security, archive], 'bookworm', 'trixie')).toEqual([
      { ...archive, suites: ['trixie'], components: ['main'] },
    ]);
  });

  it('come in the order archive, others', () => {
    const found = sourcesForSuite([vendor, archive], 'bookworm', 'trixie');
    expect(found.map(({ uris }) => uris[0])).toEqual(['http://mirror.test/debian', 'http://vendor.test/apt']);
  });

  it('are found where the system follows a name such as stable', () => {
    expect(sourcesForSuite([{ ...archive, suites: ['oldstable'] }], 'bookworm', 'trixie')).toHaveLength(1);
  });

  it('leave out an installation medium', () => {
    const medium = { ...archive, uris: ['cdrom:[Debian GNU/Linux 12]/'] };
    expect(sourcesForSuite([medium, archive], 'bookworm', 'trixie').map(({ uris }) => uris)).toEqual([archive.uris]);
  });

  it('keep the second part of an archive that is divided into main and universe', () => {
    const divided = { ...archive, suites: ['noble'], components: ['main', 'restricted', 'universe'] };
    expect(sourcesForSuite([divided], 'noble', 'noble')[0]?.components).toEqual(['main', 'universe']);
  });

  it('are none where the system has no archive of its release', () => {
    expect(sourcesForSuite([security], 'bookworm', 'trixie')).toEqual([]);
  });
});
