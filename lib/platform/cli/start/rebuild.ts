import { watch } from 'node:fs';

/** Changes come in bursts: an editor writes several files, a checkout hundreds. */
const quietMilliseconds = 300;

/**
 * Calls `rebuild` after source files have changed, never twice at a time; what changes meanwhile leads to one more call.
 * @returns a function that ends it
 */
export const rebuildOnChange = (
  folders: readonly string[],
  rebuild: () => Promise<void>,
  onError: (error: Error) => void,
): (() => void) => {
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let again = false;
  const run = async (): Promise<void> => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      await rebuild();
    } catch (error) {
      onError(error as Error);
    }
    running = false;
    if (again) {
      again = false;
      await run();
    }
  };
  const watchers = folders.map((folder) =>
    watch(folder, { recursive: true }, (_event, name) => {
      if (name !== null && !/\.(ts|js|mjs|json)$/.test(name)) return;
      clearTimeout(timer);
      timer = setTimeout(() => void run(), quietMilliseconds);
    }),
  );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
};
