import { type FSWatcher, lstatSync, readdirSync, watch } from 'node:fs';
import { join, sep } from 'node:path';
import { isSource, pathIn } from '../source-files.ts';

/**
 * Tells of every file below a folder that is written, made, renamed or deleted. It watches folders, never files: a file that another one was renamed to is
 * then seen like one that was written. INFO: on Linux Node's recursive watch follows the file that was there before, and hears no more of that name.
 */
export class FolderWatch {
  readonly #root: string;
  readonly #onChange: (path: string) => void;
  readonly #onError: (error: Error) => void;
  readonly #watchers = new Map<string, FSWatcher>();

  /**
   * @param onChange gets the path relative to `root`, with `/`. Of a folder that is new or gone it gets the folder's.
   * @param onError a folder cannot be watched, and why
   */
  constructor(root: string, onChange: (path: string) => void, onError: (error: Error) => void) {
    this.#root = root;
    this.#onChange = onChange;
    this.#onError = onError;
    this.#enter(root);
  }

  stop(): void {
    this.#leave(this.#root);
  }

  #enter(folder: string): void {
    try {
      const watcher = watch(folder, (event, name) => this.#see(folder, event, name));
      // The folder is gone; the one above it tells.
      watcher.on('error', () => this.#leave(folder));
      this.#watchers.set(folder, watcher);
      // After that: what is made between the two would be missed.
      for (const entry of readdirSync(folder, { withFileTypes: true }))
        if (entry.isDirectory() && isSource(entry.name)) this.#enter(join(folder, entry.name));
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      this.#onError(new Error(`changes in ${this.#pathOf(folder)} are not seen: ${message}`, { cause }));
    }
  }

  #leave(folder: string): void {
    for (const [watched, watcher] of this.#watchers) {
      if (watched !== folder && !watched.startsWith(`${folder}${sep}`)) continue;
      watcher.close();
      this.#watchers.delete(watched);
    }
  }

  #see(folder: string, event: string, name: string | null): void {
    // Some systems do not always say which.
    if (name === null) this.#onChange(this.#pathOf(folder));
    if (name === null || !isSource(name)) return;
    const path = join(folder, name);
    const isFolder = lstatSync(path, { throwIfNoEntry: false })?.isDirectory();
    // Something in it has changed, which its own watcher tells.
    if (isFolder && event !== 'rename') return;
    if (!isFolder || event === 'rename') this.#leave(path);
    if (isFolder) this.#enter(path);
    this.#onChange(this.#pathOf(path));
  }

  #pathOf(path: string): string {
    return pathIn(this.#root, path);
  }
}
