import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundledConfiguration } from '../../config/bundled-configuration.ts';
import { bundleSources } from '../../constructs/bundle/bundle.ts';
import { Rebundler } from '../../constructs/bundle/rebundler.ts';
import type { RunningHandler } from '../../local/local-run.ts';
import { isSameCode } from '../../local/runtime/same-code.ts';
import { projectRoot } from '../../project-root.ts';
import { concerns } from './concerns.ts';

/** Functions whose next invocation runs new code, and why others keep theirs. */
export interface Refreshed {
  readonly changed: readonly string[];
  readonly problems: readonly string[];
  /** A handler file is gone: its function goes with it, or is declared in vain. Only other stacks can tell. */
  readonly isMissing: boolean;
}

/** Puts edited handlers into their functions, as `UpdateFunctionCode` does on AWS: bundles only what a change reaches, and makes no stacks. */
export class CodeRefresh {
  readonly #folder: string;
  readonly #bundler = new Rebundler();
  /** Functions whose sources could not be bundled or loaded when they were last looked at. */
  readonly #failed = new Set<string>();
  /** By entry; read from the cache of bundles at the first change. */
  readonly #sources = new Map<string, ReadonlySet<string> | undefined>();
  #round = 0;

  /** @param folder where new bundles go */
  constructor(folder: string) {
    this.#folder = folder;
  }

  stop(): Promise<void> {
    return this.#bundler.stop();
  }

  /** Files that a handler's bundle is made of; `undefined` when nobody knows. */
  sources(entry: string): ReadonlySet<string> | undefined {
    if (!this.#sources.has(entry)) this.#sources.set(entry, bundleSources(join(projectRoot, entry)));
    return this.#sources.get(entry);
  }

  /** @param paths of what has changed, relative to the project */
  async refresh(handlers: readonly RunningHandler[], paths: ReadonlySet<string>): Promise<Refreshed> {
    this.#round += 1;
    const changed: string[] = [];
    const problems = new Set<string>();
    const there = handlers.filter(({ entry }) => existsSync(join(projectRoot, entry)));
    const concerned = there.filter(
      ({ target, entry }) => this.#failed.has(target.name) || concerns(paths, this.sources(entry)),
    );
    const refresh = async (handler: RunningHandler): Promise<void> => {
      const { name } = handler.target;
      try {
        if (await this.#refreshOne(handler)) changed.push(name);
        this.#failed.delete(name);
      } catch (error) {
        this.#failed.add(name);
        // One mistake may be in the bundles of many functions.
        problems.add((error as Error).message);
      }
    };
    await Promise.all(concerned.map(refresh));
    return { changed, problems: [...problems], isMissing: there.length < handlers.length };
  }

  /** @returns whether it has changed */
  async #refreshOne({ target, entry }: RunningHandler): Promise<boolean> {
    const old = target.settings.code;
    const code = join(this.#folder, `${target.name}-${this.#round}`);
    mkdirSync(code, { recursive: true });
    this.#sources.delete(entry);
    await this.#bundler.bundle(join(projectRoot, entry), code);
    // What its stack told the function, which only another synthesis changes.
    const configuration = join(old, bundledConfiguration);
    if (existsSync(configuration)) cpSync(configuration, join(code, bundledConfiguration));
    if (isSameCode(code, old)) {
      rmSync(code, { recursive: true });
      return false;
    }
    const failure = await target.replace({ ...target.settings, code });
    if (failure) throw new Error(`${entry} does not load: ${failure.errorType}: ${failure.errorMessage}`);
    return true;
  }
}
