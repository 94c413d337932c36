// Reads the package sources that the system's administrator configured, so that nothing here has to know a mirror's name.
// Formats: man sources.list (one-line style and deb822 style).

/**
 * @typedef {object} AptSource
 * @property {string[]} uris
 * @property {string[]} suites
 * @property {string[]} components
 * @property {string} signedBy keyring paths, fingerprints or a whole key (several lines, each but the first starts with a blank); '' where not given
 * @property {boolean} trusted the administrator accepts the source without a signature
 */

/**
 * One-line style: `deb [signed-by=/path arch=amd64] uri suite component…`.
 *
 * @param {string} text
 * @returns {AptSource[]}
 */
export function parseOneLineSources(text) {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (match === null) return [];
    const [, options = '', uri = '', suite = '', components = ''] = match;
    return [
      {
        uris: [uri],
        suites: [suite],
        components: words(components),
        signedBy: words((/(?:^|\s)signed-by\+?=(\S+)/.exec(options)?.[1] ?? '').replaceAll(',', ' ')).join(' '),
        trusted: /(?:^|\s)trusted=yes(?:\s|$)/.test(options),
      },
    ];
  });
}

/**
 * deb822 style: stanzas of fields.
 *
 * @param {string} text
 * @returns {AptSource[]}
 */
export function parseDeb822Sources(text) {
  const withoutComments = text.split('\n').filter((line) => !line.startsWith('#'));
  const stanzas = withoutComments.join('\n').split(/\n[ \t]*\n/);
  return stanzas.flatMap((stanza) => {
    const fields = new Map();
    let name = '';
    for (const line of stanza.split('\n')) {
      const [field, key = '', value = ''] = /^([A-Za-z0-9-]+):(.*)$/.exec(line) ?? [];
      if (field !== undefined) {
        name = key.toLowerCase();
        fields.set(name, value.trim());
      } else if (/^[ \t]/.test(line) && name !== '') {
        fields.set(name, `${fields.get(name)}\n${line.trimEnd()}`);
      }
    }
    const disabled = /^(no|false|without|off|disable)$/i.test(fields.get('enabled') ?? '');
    if (disabled || !words(fields.get('types') ?? '').includes('deb')) return [];
    const list = (/** @type {string} */ field) => words(fields.get(field) ?? '');
    return [
      {
        uris: list('uris'),
        suites: list('suites'),
        components: list('components'),
        signedBy: fields.get('signed-by') ?? '',
        trusted: /^yes$/i.test(fields.get('trusted') ?? ''),
      },
    ];
  });
}

/** What a source may call the release that runs here, beside its code name. */
const aliases = ['stable', 'oldstable', 'oldoldstable', 'testing', 'unstable', 'sid'];

/**
 * The sources that can hold `suite`: those that the system gets its own release from, one for each address, with the
 * suite exchanged; the distribution's own archive first, as far as its keyring or the lack of one tells it.
 *
 * @param {AptSource[]} sources
 * @param {string} ownCodename
 * @param {string} suite
 * @returns {AptSource[]}
 */
export function sourcesForSuite(sources, ownCodename, suite) {
  const own = sources.filter(
    (source) =>
      source.components.includes('main') &&
      source.suites.some((name) => name === ownCodename || aliases.includes(name)),
  );
  const each = own.flatMap((source) =>
    source.uris
      .filter((uri) => !uri.startsWith('cdrom:'))
      .map((uri) => ({
        ...source,
        uris: [uri],
        suites: [suite],
        components: source.components.filter((component) => component === 'main' || component === 'universe'),
      })),
  );
  const isArchive = (/** @type {AptSource} */ source) =>
    source.signedBy === '' || source.signedBy.includes('-archive-keyring');
  return [...each.filter(isArchive), ...each.filter((source) => !isArchive(source))];
}

/** @param {AptSource} source */
export function toDeb822(source) {
  const lines = [
    'Types: deb',
    `URIs: ${source.uris.join(' ')}`,
    `Suites: ${source.suites.join(' ')}`,
    `Components: ${source.components.join(' ')}`,
    // Neither translations nor descriptions of desktop applications.
    'Targets: Packages',
  ];
  if (source.signedBy !== '') lines.push(`Signed-By: ${source.signedBy}`);
  if (source.trusted) lines.push('Trusted: yes');
  return `${lines.join('\n')}\n`;
}

/** @param {string} text */
function words(text) {
  return text.split(/\s+/).filter((word) => word !== '');
}
