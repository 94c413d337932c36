import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

interface KeptBundle {
  /** What it was made from: a hash of each source, by its path relative to the project. */
  readonly sources: Readonly<Record<string, string | undefined>>;
  /** In base64, by path in the bundle's folder. */
  readonly files: Readonly<Record<string, string>>;
}

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

  /** Writes the bundle that is kept under `key` into `folder`; `false` when there is none or a source has changed. */
  restore(key: string, folder: string): boolean {
    const kept = this.#kept(key);
    if (!kept) return false;
    const { sources, files } = kept;
    if (Object.entries(sources).some(([path, hash]) => this.#hash(path) !== hash)) return false;
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content, 'base64');
    }
    return true;
  }

  /** What the bundle that is kept under `key` was made of, whether or not that has changed; `undefined` when there is none. */
  sources(key: string): ReadonlySet<string> | undefined {
    const kept = this.#kept(key);
    return kept && new Set(Object.keys(kept.sources));
  }

  /** Keeps what `folder` holds. Another process may keep or restore the same at the same time: a bundle is one file, and replaced whole. */
  keep(key: string, folder: string, paths: readonly string[]): void {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [relative(folder, file), readFileSync(file, 'base64')] as const);
    const kept: KeptBundle = {
      // package.json says which files the names of doors (`#consumer`) lead to.
      sources: Object.fromEntries(['package.json', ...paths].map((path) => [path, this.#hash(path)])),
      files: Object.fromEntries(files),
    };
    const place = this.#place(key);
    const fresh = `${place}.${process.pid}`;
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(fresh, JSON.stringify(kept));
    renameSync(fresh, place);
  }

  #kept(key: string): KeptBundle | undefined {
    const place = this.#place(key);
    return existsSync(place) ? (JSON.parse(readFileSync(place, 'utf8')) as KeptBundle) : undefined;
  }

  #place(key: string): string {
    return join(this.#folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
  }

  #hash(path: string): string | undefined {
    const file = join(this.#root, path);
    return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('base64') : undefined;
  }
}
