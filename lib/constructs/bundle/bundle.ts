import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync, version } from 'esbuild';
import { BundleCache } from './bundle-cache.ts';

/** The folder with `cdk.json`. */
export const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));

/** CommonJS packages inside an ES module (amqplib) expect a `require` for Node's own modules. */
const requireForCommonJs =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/** There is no handler where a function is expected. */
export class MissingHandlerError extends Error {
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

const cache = new BundleCache(projectRoot, join(projectRoot, 'node_modules/.cache/bundles'));

/**
 * Bundles a handler and all that it imports into `folder` as `index.mjs`, with what it imports dynamically in chunks of their own that are
 * loaded when first needed. The result depends on the sources only, so equal sources make equal assets on every machine.
 * @throws MissingHandlerError
 */
export const bundleFunction = (entry: string, folder: string): void => {
  if (!existsSync(entry)) {
    throw new MissingHandlerError(entry);
  }
  const key = JSON.stringify([version, entry, settings]);
  if (cache.restore(key, folder)) return;
  const { outputFiles, metafile } = buildSync({ ...settings, entryPoints: [{ in: entry, out: 'index' }] });
  for (const file of outputFiles) {
    const target = join(folder, relative(projectRoot, file.path));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, file.contents);
  }
  cache.keep(key, folder, Object.keys(metafile.inputs));
};
