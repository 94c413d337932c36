import { build } from 'esbuild';
import { projectRoot } from '../../project-root.ts';

/** Not modules, but what a synthesis depends on. */
const settingsFiles = ['cdk.json', 'package.json', 'package-lock.json'];

/**
 * Files of this project that a program loads, relative to the project.
 * @returns `undefined` for a program that cannot be loaded, such as one with a syntax error
 */
export const programSources = async (program: string): Promise<ReadonlySet<string> | undefined> => {
  try {
    const { metafile } = await build({
      absWorkingDir: projectRoot,
      entryPoints: [program],
      outdir: projectRoot,
      write: false,
      metafile: true,
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      logLevel: 'silent',
    });
    return new Set([...settingsFiles, ...Object.keys(metafile.inputs)]);
  } catch {
    // Synthesis says what is wrong with it.
    return undefined;
  }
};
