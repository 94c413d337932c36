import { statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Imports a bundle in a process that has imported nothing before and tells its parent how long it took (`time`) or how many bytes of
 * the bundle were read for it (`bytes`; watching the loader takes time itself).
 */

const [, , measure, bundle = ''] = process.argv;
const entry = pathToFileURL(bundle).href;
const folder = entry.slice(0, entry.lastIndexOf('/') + 1);

const bytesRead = async (): Promise<number> => {
  let bytes = 0;
  const hooks = registerHooks({
    load: (url, context, nextLoad) => {
      if (url.startsWith(folder)) bytes += statSync(fileURLToPath(url)).size;
      return nextLoad(url, context);
    },
  });
  await import(entry);
  hooks.deregister();
  return bytes;
};

const millisecondsTaken = async (): Promise<number> => {
  const begun = performance.now();
  const loaded = await import(entry);
  const milliseconds = performance.now() - begun;
  if (typeof loaded.handler !== 'function') throw new Error(`${bundle} exports no handler`);
  return milliseconds;
};

process.send?.(measure === 'bytes' ? await bytesRead() : await millisecondsTaken());
