import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a bundle was made from: the content of each source, by its path relative to the project. */
type Sources = Readonly<Record<string, string>>;

/**
 * Keeps bundles beside what they were made from, so that what has not changed is not built again. A bundle counts as current while each
 * file that went into it has the content that it had then.
 */
export class BundleCache {
  readonly #root: string;
  readonly #folder: string;

  /**
   * @param root what the sources' paths are relative to
   * @param folder where bundles are kept; may be deleted at any time
   */
  constructor(root: string, folder: string) {
    this.#root = root;
    this.#folder = folder;
  }

  /** Copies the bundle that is kept under `key` into `folder`; `false` when there is none or a source has changed. */
  restore(key: string, folder: string): boolean {
    const kept = this.#place(key);
    const list = join(kept, 'sources.json');
    if (!existsSync(list)) return false;
    const sources = JSON.parse(readFileSync(list, 'utf8')) as Sources;
    if (Object.entries(sources).some(([path, hash]) => this.#hash(path) !== hash)) return false;
    cpSync(join(kept, 'bundle'), folder, { recursive: true });
    return true;
  }

  /** Keeps what `folder` holds. Another process may do the same at the same time: whoever comes last wins, whole. */
  keep(key: string, folder: string, paths: readonly string[]): void {
    const hashes = paths.map((path) => [path, this.#hash(path)] as const);
    const kept = this.#place(key);
    const fresh = `${kept}.${process.pid}`;
    mkdirSync(dirname(kept), { recursive: true });
    cpSync(folder, join(fresh, 'bundle'), { recursive: true });
    writeFileSync(join(fresh, 'sources.json'), JSON.stringify(Object.fromEntries(hashes)));
    rmSync(kept, { recursive: true, force: true });
    try {
      renameSync(fresh, kept);
    } catch (error) {
      rmSync(fresh, { recursive: true, force: true });
      // Where somebody else's came in between, it is as good as ours.
      if (!existsSync(join(kept, 'sources.json'))) throw error;
    }
  }

  #place(key: string): string {
    return join(this.#folder, createHash('sha256').update(key).digest('hex').slice(0, 32));
  }

  #hash(path: string): string | undefined {
    const file = join(this.#root, path);
    return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('base64') : undefined;
  }
}
