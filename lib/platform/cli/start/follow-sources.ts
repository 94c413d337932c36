import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalRun } from '../../local/local-run.ts';
import { projectRoot } from '../../project-root.ts';
import { systemClock } from '../../time/clock.ts';
import type { Project } from '../project.ts';
import { makesNothing } from '../source-files.ts';
import { ChangeBursts } from './change-bursts.ts';
import { CodeRefresh } from './code-refresh.ts';
import { concerns } from './concerns.ts';
import { FolderWatch } from './folder-watch.ts';
import { programSources } from './program-sources.ts';
import { renderChanges } from './render-changes.ts';

export interface FollowOptions {
  readonly project: Project;
  /** Synthesizes the project; resolves with the assembly's folder. */
  readonly synthesize: () => Promise<string>;
  /** Where new bundles of functions go. */
  readonly codeFolder: string;
  readonly nameOf: (functionName: string) => string;
  readonly say: (text: string) => void;
}

/** Watches the project from now on, and from `begin` on puts what changes into the run. */
export const followSources = (options: FollowOptions): { begin(run: LocalRun): void; stop(): Promise<void> } => {
  const { say } = options;
  const code = new CodeRefresh(options.codeFolder);
  const started = Promise.withResolvers<SourceFollower>();
  const bursts = new ChangeBursts({
    clock: systemClock,
    follow: async (paths) => (await started.promise).follow(paths),
    onError: (error) => say(`${error.name}: ${error.message}`),
  });
  const watch = new FolderWatch(
    projectRoot,
    (path) => bursts.add(path),
    (error) => say(error.message),
  );
  return {
    begin: (run) => started.resolve(new SourceFollower(options, run, code)),
    stop: () => {
      watch.stop();
      bursts.stop();
      return code.stop();
    },
  };
};

/** Puts changed sources into a run: the code of handlers at once, all else by way of new stacks. */
class SourceFollower {
  readonly #options: FollowOptions;
  readonly #run: LocalRun;
  readonly #code: CodeRefresh;
  #program: ReadonlySet<string> | undefined;
  /** The stacks could not be made when they were last tried. */
  #isFailed = false;

  constructor(options: FollowOptions, run: LocalRun, code: CodeRefresh) {
    this.#options = options;
    this.#run = run;
    this.#code = code;
  }

  async follow(paths: ReadonlySet<string>): Promise<void> {
    const { say, nameOf } = this.#options;
    const { changed, problems, isMissing } = await this.#code.refresh(this.#run.handlers, paths);
    if (changed.length > 0) say(`new code: ${changed.map(nameOf).join(', ')}`);
    for (const problem of problems) say(`not changed, the old code goes on: ${problem}`);
    if (isMissing || (await this.#concernsStacks(paths))) await this.#update();
  }

  async #update(): Promise<void> {
    const { synthesize, say, nameOf } = this.#options;
    const begun = performance.now();
    try {
      const assembly = await synthesize();
      this.#isFailed = false;
      this.#program = undefined;
      const text = renderChanges(await this.#run.update(assembly), nameOf);
      if (text) say(`${text}  (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
    } catch (error) {
      this.#isFailed = true;
      say(`not changed: ${(error as Error).message}`);
    }
  }

  async #concernsStacks(paths: ReadonlySet<string>): Promise<boolean> {
    if (this.#isFailed) return true;
    this.#program ??= await programSources(this.#options.project.program);
    if (concerns(paths, this.#program)) return true;
    const bundled = this.#run.handlers.map(({ entry }) => this.#code.sources(entry));
    // Perhaps a file that the program reads, or code that something else bundles.
    return [...paths].some((path) => mayBeRead(path) && !bundled.some((sources) => concerns(new Set([path]), sources)));
  }
}

/** Not documentation, not a test, and not something that an editor or `sed` wrote and removed in passing. */
const mayBeRead = (path: string): boolean => !makesNothing(path) && existsSync(join(projectRoot, path));
