import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildSync } from 'esbuild';
import { projectRoot } from '../../../lib/platform/project-root.ts';

/** What functions import from each door, name by name where one may be used without the others. */
const uses: readonly { readonly door: string; readonly names: readonly string[] }[] = [
  { door: '#consumer', names: ['consumer'] },
  { door: '#http-api', names: ['httpApi'] },
  { door: '#publisher', names: ['createPublisher', 'connectionSettings', 'createEventPublisher'] },
  { door: '#outbox', names: ['createOutbox'] },
  { door: '#errors', names: ['FatalError'] },
  { door: '#errors', names: ['MessageTooLargeError'] },
  { door: '#events', names: ['event'] },
  { door: '#settings', names: ['settings'] },
  { door: '#tables', names: ['tableNames'] },
  { door: '#dynamodb', names: ['dynamoDb'] },
];

/** `import { name } from` the door. */
const throughDoor = (door: string, names: readonly string[]): string =>
  `import { ${names.join(', ')} } from '${door}';`;

/** The same from the files where the door has it from. */
const pastDoor = (door: string, names: readonly string[]): string => {
  const source = readFileSync(join(projectRoot, 'lib/platform/public', `${door.slice(1)}.ts`), 'utf8');
  const lines = [...source.matchAll(/^export \{([^}]*)\} from '\.\.\/(.*)';/gm)].flatMap(([, list = '', path]) =>
    list
      .split(',')
      .map((name) => name.trim())
      .filter((name) => names.includes(name.split(' as ').at(-1) ?? ''))
      .map((name) => `import { ${name} } from './lib/platform/${path}';`),
  );
  expect(lines).toHaveLength(names.length);
  return lines.join('\n');
};

/** What a consumer with these imports loads at a cold start: bytes of our own code, and packages. */
const coldStart = (imports: string, names: readonly string[]) => {
  const { outputs } = buildSync({
    stdin: {
      contents: `import { consumer as anyConsumer } from './lib/platform/runtime/consumer.ts';
        ${imports}
        export const handler = [anyConsumer, ${names.join(', ')}];`,
      resolveDir: projectRoot,
      sourcefile: 'handler.ts',
      loader: 'ts',
    },
    absWorkingDir: projectRoot,
    outdir: projectRoot,
    write: false,
    metafile: true,
    bundle: true,
    packages: 'external',
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    keepNames: true,
    logLevel: 'error',
  }).metafile;
  const files = new Set<string>();
  const packages = new Set<string>();
  const load = (path: string): void => {
    const output = outputs[path];
    if (!output) packages.add(path);
    if (!output || files.has(path)) return;
    files.add(path);
    for (const { path: next, kind } of output.imports) if (kind === 'import-statement') load(next);
  };
  load(Object.keys(outputs).find((path) => outputs[path]?.entryPoint === 'handler.ts') ?? '');
  const bytes = [...files].reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0);
  return { bytes, packages: [...packages].sort() };
};

// esbuild counts what a door leads to as needed by the function, unless nothing in the bundle uses it. So what is otherwise loaded later would be loaded
// at once: a door may only have together what is used together.
describe('a cold start through a door', () => {
  it.each(uses)('loads what it loads past the door: $door $names', ({ door, names }) => {
    expect(coldStart(throughDoor(door, names), names)).toEqual(coldStart(pastDoor(door, names), names));
  });
});
