import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where a file belongs: `lib/platform/runtime`, `functions`, `test/functions`, `bin`, `lib/app.ts`, … */
const partOf = (file: string): string => {
  const [first = '', second = '', third = ''] = file.split('/');
  if (first === 'test') return `test/${second}`;
  if (first !== 'lib') return first;
  return second === 'platform' ? `lib/platform/${third}` : `lib/${second}`;
};

/** What every part of the platform may import. */
const everyPart = ['lib/platform/time'];
/** What each part may import, parts or single files, beside itself, packages and these. An arrow that is not here is a decision to be made here. */
const allowed: Record<string, readonly string[]> = {
  // What is yours reaches the platform through doors, which are names in package.json and no files.
  // Of the application only its type: a function does not change with it.
  functions: ['lib/app.ts'],
  'lib/app.ts': [],
  // What the application is called, and of its type which variables and secrets there are.
  'lib/environments.ts': ['lib/app.ts'],
  // Grows into a folder of its name.
  'lib/stacks.ts': ['lib/app.ts', 'lib/stacks'],
  'lib/stacks': ['lib/app.ts'],
  // Programs of yours that run outside of Lambda.
  services: ['functions', 'lib/app.ts'],
  'test/functions': ['functions', 'services', 'lib/app.ts', 'lib/environments.ts', 'lib/stacks.ts', 'lib/stacks'],
  'lib/platform/public': [
    'lib/platform/config',
    'lib/platform/topology',
    'lib/platform/declaration',
    'lib/platform/runtime',
    'lib/platform/testing',
    'lib/platform/constructs',
    'lib/platform/stacks',
    // Where the demo counts what an application does.
    'lib/platform/cli/demo/effects.ts',
  ],
  'lib/platform/testing': [
    'lib/platform/config',
    'lib/platform/topology',
    'lib/platform/declaration',
    'lib/platform/runtime',
    'lib/platform/local',
    'lib/platform/stacks',
  ],
  'lib/platform/time': [],
  'lib/platform/config': [],
  'lib/platform/topology': ['lib/platform/config'],
  'lib/platform/declaration': ['lib/platform/config', 'lib/platform/topology'],
  'lib/platform/runtime': ['lib/platform/config', 'lib/platform/topology'],
  'lib/platform/operations': ['lib/platform/config', 'lib/platform/topology', 'lib/platform/runtime'],
  'lib/platform/functions': [
    'lib/platform/config',
    'lib/platform/topology',
    'lib/platform/runtime',
    'lib/platform/operations',
  ],
  // Of constructs and stacks it knows the assembly that they make, nothing else; of handlers, what they say that they were made of.
  'lib/platform/local': ['lib/platform/config', 'lib/platform/topology', 'lib/platform/runtime/handler-options.ts'],
  'lib/platform/constructs': ['lib/platform/config', 'lib/platform/topology', 'lib/platform/project-root.ts'],
  'lib/platform/stacks': [
    'lib/platform/config',
    'lib/platform/topology',
    'lib/platform/declaration',
    'lib/platform/constructs',
    'lib/platform/policy',
    'lib/platform/project-root.ts',
  ],
  'lib/platform/cli': [
    'lib/platform/config',
    'lib/platform/topology',
    'lib/platform/declaration',
    'lib/platform/runtime',
    'lib/platform/operations',
    'lib/platform/local',
    // Bundles an edited handler without making stacks; knows esbuild, not CDK.
    'lib/platform/constructs/bundle/bundle.ts',
    'lib/platform/constructs/bundle/rebundler.ts',
    'lib/platform/project-root.ts',
  ],
};
/** Parts that know CDK. To all others it is as far away as AWS itself. */
const withCdk = [
  'lib/platform/constructs',
  'lib/platform/policy',
  'lib/platform/stacks',
  'lib/stacks.ts',
  'lib/stacks',
];

interface Import {
  readonly from: string;
  readonly to: string;
}

/** `from '…'`, `import '…'`, `import('…')`, `require('…')`, each with a literal. */
const specifiers = (text: string): string[] =>
  [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])([^'"\n]+)\1/g)].map(
    ([, , specifier = '']) => specifier,
  );

/** Of a folder that is not there: none. Tests of yours may not be written yet. */
const importsIn = (folder: string): Import[] =>
  (existsSync(join(root, folder)) ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }) : [])
    .filter((file) => /\.[cm]?[jt]s$/.test(file))
    .map((file) => `${folder}/${file}`)
    .flatMap((from) =>
      specifiers(readFileSync(join(root, from), 'utf8')).map((specifier) => ({
        from,
        to: specifier.startsWith('.') ? relative(root, join(root, dirname(from), specifier)) : specifier,
      })),
    );
const imports = ['lib', 'functions', 'services', 'bin', 'test/functions'].flatMap(importsIn);
const isYours = ({ to }: Import) => /^(functions|services|bin)\/|^lib\/(?!platform\/)/.test(to);

/** Ways round, each from where it starts to what leads back to it; one for each circle. */
const circles = (edges: readonly Import[]): string[] => {
  const targets = Map.groupBy(edges, ({ from }) => from);
  const done = new Set<string>();
  const found: string[] = [];
  const follow = (node: string, path: readonly string[]): void => {
    const start = path.indexOf(node);
    if (start !== -1) found.push([...path.slice(start), node].join(' -> '));
    if (start !== -1 || done.has(node)) return;
    for (const { to } of targets.get(node) ?? []) follow(to, [...path, node]);
    done.add(node);
  };
  for (const node of targets.keys()) follow(node, []);
  return found;
};

/** What an import is between folders that lie side by side. Nothing where one end is a file beside the other end's folder, or in the same folder. */
const betweenFolders = ({ from, to }: Import): Import[] => {
  const [a, b] = [from.split('/'), to.split('/')];
  const common = a.findIndex((part, index) => part !== b[index]);
  return common < 0 || common >= Math.min(a.length, b.length) - 1
    ? []
    : [{ from: a.slice(0, common + 1).join('/'), to: b.slice(0, common + 1).join('/') }];
};

/** What the examples of README.md and docs/ import. */
const inDocs: Import[] = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
].flatMap((from) =>
  [...readFileSync(join(root, from), 'utf8').matchAll(/^ *```ts\n(.*?)^ *```$/gms)].flatMap(([, code = '']) =>
    specifiers(code).map((to) => ({ from, to })),
  ),
);
const doors = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).imports);
const isFile = ({ to }: Import) => /^(lib|functions|services|bin|test)\//.test(to);
const shown = (found: readonly Import[]) => found.map(({ from, to }) => `${from} imports ${to}`);

describe('imports', () => {
  it('are found at all', () => {
    expect(
      specifiers(`import a from './a.ts';\nconst b = await import("b");\nexport { c } from '../c.ts';\nimport 'd';`),
    ).toEqual(['./a.ts', 'b', '../c.ts', 'd']);
    expect(imports.length).toBeGreaterThan(100);
  });

  it.each(Object.keys(allowed))('of %s point one way', (part) => {
    const mayImport = [part, ...(allowed[part] ?? []), ...(part.startsWith('lib/platform/') ? everyPart : [])];
    const wrong = imports.filter(
      (found) =>
        partOf(found.from) === part &&
        isFile(found) &&
        !mayImport.includes(partOf(found.to)) &&
        !mayImport.includes(found.to),
    );
    expect(shown(wrong)).toEqual([]);
  });

  it('lead no file back to itself', () => {
    expect(circles(imports.filter(isFile))).toEqual([]);
  });

  it('lead no folder back to itself by folders beside it', () => {
    expect(circles(imports.filter(isFile).flatMap(betweenFolders))).toEqual([]);
  });

  it('that lead back are found, between files and between folders', () => {
    const [a, b, c] = ['lib/platform/a/one.ts', 'lib/platform/b/two.ts', 'lib/platform/a/three.ts'];
    expect(
      circles([
        { from: a, to: b },
        { from: b, to: c },
      ]),
    ).toEqual([]);
    expect(
      circles([
        { from: a, to: b },
        { from: b, to: c },
        { from: c, to: a },
      ]),
    ).toEqual([[a, b, c, a].join(' -> ')]);
    expect(
      circles(
        [
          { from: a, to: b },
          { from: b, to: c },
        ].flatMap(betweenFolders),
      ),
    ).toEqual(['lib/platform/a -> lib/platform/b -> lib/platform/a']);
    expect(betweenFolders({ from: 'lib/platform/a/one.ts', to: 'lib/platform/clock.ts' })).toEqual([]);
  });

  it('of the documentation are of doors, packages and files of yours: what is shown may be relied on', () => {
    expect(inDocs.length).toBeGreaterThan(2);
    const wrong = inDocs.filter(({ to }) => (to.startsWith('#') ? !doors.includes(to) : to.includes('platform/')));
    expect(shown(wrong)).toEqual([]);
  });

  it('of the platform are of files, not of doors, which are for what is yours', () => {
    expect(shown(imports.filter(({ from, to }) => from.startsWith('lib/platform/') && to.startsWith('#')))).toEqual([]);
  });

  it('of the door for tests are of tests: it leads to packages that no function has', () => {
    expect(shown(imports.filter(({ from, to }) => to === '#testing' && !from.startsWith('test/')))).toEqual([]);
  });

  it('of the platform are of nothing that is yours: commands pass it in', () => {
    const wrong = imports.filter((found) => found.from.startsWith('lib/platform/') && isYours(found));
    expect(shown(wrong)).toEqual([]);
  });

  it('of tests of the platform are of nothing that is yours: they have an application of their own', () => {
    expect(shown(importsIn('test/platform').filter(isYours))).toEqual([]);
  });

  it('of the application by functions are of its type: a change of it changes no bundle', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        partOf(from) === 'functions' &&
        to === 'lib/app.ts' &&
        !/^import type .*lib\/app\.ts';$/m.test(readFileSync(join(root, from), 'utf8')),
    );
    expect(shown(wrong)).toEqual([]);
  });

  it('of CDK stay with stacks and constructs', () => {
    const wrong = imports.filter(
      ({ from, to }) => /^(aws-cdk-lib|constructs|cdk-nag)(\/|$)/.test(to) && !withCdk.includes(partOf(from)),
    );
    expect(shown(wrong)).toEqual([]);
  });

  it('never reach into tests', () => {
    expect(shown(imports.filter(({ from, to }) => to.startsWith('test/') && !from.startsWith('test/')))).toEqual([]);
  });

  it('name files by their full name, as Node wants it', () => {
    const wrong = imports.filter((found) => isFile(found) && !/\.(ts|js|mjs|cjs|json)$/.test(found.to));
    expect(shown(wrong)).toEqual([]);
  });
});
