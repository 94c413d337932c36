// Compiles TypeScript for jest with swc. What was compiled is kept by content: it serves every kind of tests and every later run. @swc/jest by
// itself compiles anew for each kind and for whatever else changes in the configuration.

import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import swcJest from '@swc/jest';

const { version } = createRequire(import.meta.url)('@swc/core/package.json');
/** @type {import('@swc/core').Options} */
const options = { sourceMaps: true, jsc: { target: 'es2024', parser: { syntax: 'typescript' } } };
const settings = JSON.stringify([version, options]);

export default {
  ...swcJest.createTransformer(options),

  /**
   * @param {string} source
   * @param {string} path
   * @param {{ supportsStaticESM: boolean, supportsDynamicImport: boolean }} target
   */
  getCacheKey(source, path, { supportsStaticESM, supportsDynamicImport }) {
    return createHash('sha256')
      .update([settings, path, supportsStaticESM, supportsDynamicImport, source].join('\0'))
      .digest('hex');
  },
};
