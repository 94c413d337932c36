import {
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';

/** Each takes about 16 MB. */
const kept = 6;
/** Nobody is still writing what is older, in milliseconds. */
const longestSynthesis = 3_600_000;

/** Keeps synthesized assemblies by what they were made from. An assembly appears there as a whole or not at all, however many processes write and read. */
export class AssemblyCache {
  readonly #folder: string;

  /** @param folder may be deleted at any time */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Copies the assembly that is kept under `key` to `output`; `false` when there is none. */
  restore(key: string, output: string): boolean {
    const place = join(this.#folder, key);
    try {
      const { ino } = statSync(place);
      // The copy does not depend on the cache: functions load parts of their code when they first need them.
      // Without a filter, Node 24 copies in C++, where a folder that goes meanwhile ends the process instead of throwing an error.
      cpSync(place, output, { recursive: true, mode: constants.COPYFILE_FICLONE, filter: () => true });
      // Of one that was removed meanwhile it may be a part.
      if (statSync(place).ino !== ino) return false;
      utimesSync(place, new Date(), new Date());
    } catch (error) {
      // There is none, or another process has removed it to make room.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    return existsSync(join(output, 'manifest.json'));
  }

  /** A new folder to synthesize into. */
  draft(key: string): string {
    const folder = join(this.#folder, `${key}.${process.pid}`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Keeps a draft under `key`, and removes what has not been used for longest. */
  keep(draft: string, key: string): void {
    try {
      renameSync(draft, join(this.#folder, key));
    } catch (error) {
      // Another process has made the same.
      if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      rmSync(draft, { recursive: true });
    }
    this.#makeRoom();
  }

  #makeRoom(): void {
    const entries = readdirSync(this.#folder).flatMap((name) => {
      const stats = statSync(join(this.#folder, name), { throwIfNoEntry: false });
      return stats ? [{ name, used: stats.mtimeMs }] : [];
    });
    const [drafts, whole] = [entries.filter(isDraft), entries.filter((entry) => !isDraft(entry))];
    const superfluous = [
      ...drafts.filter(({ used }) => Date.now() - used > longestSynthesis),
      ...whole.sort((a, b) => b.used - a.used).slice(kept),
    ];
    for (const { name } of superfluous) this.#remove(name);
  }

  /** Under a name that only this process has: no other removes it, too, and whoever copies it notices. */
  #remove(name: string): void {
    const removed = join(this.#folder, `${name}.removed.${process.pid}`);
    try {
      renameSync(join(this.#folder, name), removed);
    } catch (error) {
      // Another process was first.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    rmSync(removed, { recursive: true, force: true });
  }
}

/** One that a process is writing, or was when it was killed. */
const isDraft = ({ name }: { readonly name: string }): boolean => name.includes('.');
