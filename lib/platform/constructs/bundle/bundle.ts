import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type BuildOptions, type BuildResult, buildSync, type OutputFile, version } from 'esbuild';
import { OperatorError } from '../../config/operator-error.ts';
import { projectRoot } from '../../project-root.ts';
import { BundleCache } from './bundle-cache.ts';

/** CommonJS packages inside an ES module (amqplib) expect a `require` for Node's own modules. */
const requireForCommonJs =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/** There is no handler where a function is expected. */
export class MissingHandlerError extends OperatorError {
  override readonly name = 'MissingHandlerError';

  constructor(entry: string) {
    super(`${relative(projectRoot, entry)} does not exist; it must export \`handler\``);
  }
}

/** There is no program where one is to be bundled. */
export class MissingProgramError extends OperatorError {
  override readonly name = 'MissingProgramError';

  constructor(entry: string) {
    super(`${relative(projectRoot, entry)} does not exist; it must be the program that a container runs`);
  }
}

const settings = {
  absWorkingDir: projectRoot,
  // Nothing is written here. It makes the sources' paths in the source maps `lib/…` and `functions/…`, wherever the asset goes.
  outdir: projectRoot,
  write: false,
  metafile: true,
  bundle: true,
  splitting: true,
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  alias: {
    '@aws-sdk/credential-provider-node': join(import.meta.dirname, 'environment-credentials.ts'),
  },
  banner: { js: requireForCommonJs },
  minify: true,
  // Error classes are told apart by name in logs and dead letters.
  keepNames: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions;

/**
 * INFO: what two dynamic imports share is one chunk, with everything in it that either of them uses. The S3 client would make the start of
 * every consumer load 41 KB more together with DynamoDB's, so it is bundled by itself, and shares nothing.
 */
const apart = { folder: 'lib/platform/runtime/claim-check', name: 's3-claim-check-store', output: 's3' } as const;

const cache = new BundleCache(projectRoot, join(projectRoot, 'node_modules/.cache/bundles'));

/** @throws MissingHandlerError */
export const checkHandler = (entry: string): void => {
  if (!existsSync(entry)) throw new MissingHandlerError(entry);
};

type BundleOptions = BuildOptions & { readonly write: false; readonly metafile: true };

/** By what the bundle of a handler is made. */
export const bundleOptions = (entry: string): BundleOptions => ({
  ...settings,
  external: [`*/${apart.name}.ts`],
  entryPoints: [{ in: entry, out: 'index' }],
});

/** The same for the part of it that is bundled by itself. It is the same for all handlers. */
export const apartOptions: BundleOptions = {
  ...settings,
  splitting: false,
  entryPoints: [{ in: join(projectRoot, apart.folder, `${apart.name}.ts`), out: apart.output }],
};

/** A bundle as esbuild returns it. */
export type Built = BuildResult<{ write: false; metafile: true }>;

/**
 * Bundles a handler and all that it imports into `folder` as `index.mjs`, with what it imports dynamically in chunks of their own that are
 * loaded when first needed. The result depends on the sources only, so equal sources make equal assets on every machine.
 * @throws MissingHandlerError
 */
export const bundleFunction = (entry: string, folder: string): void => {
  checkHandler(entry);
  if (cache.restore(keyOf(entry), folder)) return;
  const built = buildSync(bundleOptions(entry));
  writeBundle(entry, folder, built, leadsApart(built) ? buildSync(apartOptions) : undefined);
};

/**
 * The same for a program that runs outside of Lambda, where there are many ways to get credentials: `node index.mjs`.
 * @throws MissingProgramError
 */
export const bundleProgram = (entry: string, folder: string): void => {
  if (!existsSync(entry)) throw new MissingProgramError(entry);
  const key = JSON.stringify(['program', keyOf(entry)]);
  if (cache.restore(key, folder)) return;
  const built = buildSync({ ...bundleOptions(entry), alias: {} });
  writeBundle(entry, folder, built, leadsApart(built) ? buildSync({ ...apartOptions, alias: {} }) : undefined, key);
};

/**
 * Writes a bundle into `folder` and keeps it.
 * @param separate where the bundle leads to the part that is bundled by itself
 * @param key by which it is kept
 */
export const writeBundle = (
  entry: string,
  folder: string,
  built: Built,
  separate: Built | undefined,
  key = keyOf(entry),
): void => {
  for (const file of built.outputFiles) write(folder, file, isPointer(file) ? pointedApart(file) : file.contents);
  for (const file of separate?.outputFiles ?? []) write(folder, file, file.contents);
  const inputs = [built, separate].flatMap((part) => Object.keys(part?.metafile.inputs ?? {}));
  cache.keep(key, folder, [...new Set(inputs)]);
};

/** Files that the bundle of a handler was last made of, relative to the project; `undefined` when it is not known. */
export const bundleSources = (entry: string): ReadonlySet<string> | undefined => cache.sources(keyOf(entry));

export const leadsApart = ({ outputFiles }: Built): boolean => outputFiles.some(isPointer);

const isPointer = ({ path, text }: OutputFile): boolean => path.endsWith('.mjs') && text.includes(apart.name);

const keyOf = (entry: string): string => JSON.stringify([version, entry, settings, apart]);

const write = (folder: string, { path }: OutputFile, contents: Uint8Array | string): void => {
  const target = join(folder, relative(projectRoot, path));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, contents);
};

/** Padded, so that what follows on the line stays where the source map has it. */
const pointedApart = ({ path, text }: OutputFile): string =>
  text.replaceAll(new RegExp(`import\\("[^"]*/${apart.name}\\.ts"\\)`, 'g'), (found) => {
    const target = relative(dirname(path), join(projectRoot, `${apart.output}.mjs`));
    return `import("${target.startsWith('.') ? target : `./${target}`}"`.padEnd(found.length - 1).concat(')');
  });
