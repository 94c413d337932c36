import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type BuildOptions, buildSync, type OutputFile, version } from 'esbuild';
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

/**
 * Bundles a handler and all that it imports into `folder` as `index.mjs`, with what it imports dynamically in chunks of their own that are
 * loaded when first needed. The result depends on the sources only, so equal sources make equal assets on every machine.
 * @throws MissingHandlerError
 */
export const bundleFunction = (entry: string, folder: string): void => {
  checkHandler(entry);
  const key = JSON.stringify([version, entry, settings, apart]);
  if (cache.restore(key, folder)) return;
  const { outputFiles, metafile } = buildSync({
    ...settings,
    external: [`*/${apart.name}.ts`],
    entryPoints: [{ in: entry, out: 'index' }],
  });
  const inputs = Object.keys(metafile.inputs);
  const leadsApart = outputFiles.filter(({ path, text }) => path.endsWith('.mjs') && text.includes(apart.name));
  for (const file of outputFiles) write(folder, file, leadsApart.includes(file) ? pointedApart(file) : file.contents);
  if (leadsApart.length > 0) {
    const separate = buildSync({
      ...settings,
      splitting: false,
      entryPoints: [{ in: join(projectRoot, apart.folder, `${apart.name}.ts`), out: apart.output }],
    });
    for (const file of separate.outputFiles) write(folder, file, file.contents);
    inputs.push(...Object.keys(separate.metafile.inputs));
  }
  cache.keep(key, folder, [...new Set(inputs)]);
};

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
