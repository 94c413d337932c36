import { drawScenario } from '../scenario/draw.ts';
import { shrink } from '../scenario/shrink.ts';
import { simulate } from '../world/simulate.ts';
import { tell } from './tell.ts';

export interface SeedFailure {
  readonly seed: number;
  readonly rule: string;
  /** What happened, shrunken. */
  readonly story: string;
}

export interface SeedsReport {
  readonly seeds: number;
  /** Events of all of them. */
  readonly steps: number;
  readonly failures: readonly SeedFailure[];
}

export interface SeedsOptions {
  /** Stop at so many failures. @default 5 */
  readonly mostFailures?: number;
  /** Find the smallest story. @default true */
  readonly shrinks?: boolean;
  readonly onProgress?: (seeds: number, failures: number) => void;
}

/** Lives through seeds one after the other. */
export async function runSeeds(seeds: Iterable<number>, options: SeedsOptions = {}): Promise<SeedsReport> {
  const { mostFailures = 5, shrinks = true, onProgress } = options;
  const failures: SeedFailure[] = [];
  let steps = 0;
  let lived = 0;
  for (const seed of seeds) {
    const outcome = await simulate(drawScenario(seed));
    steps += outcome.steps;
    lived += 1;
    const [violation] = outcome.violations;
    if (violation) failures.push({ seed, rule: violation.rule, story: await storyOf(seed, violation.rule, shrinks) });
    if (failures.length >= mostFailures) break;
    if (lived % 100 === 0) onProgress?.(lived, failures.length);
  }
  return { seeds: lived, steps, failures };
}

async function storyOf(seed: number, rule: string, shrinks: boolean): Promise<string> {
  const scenario = drawScenario(seed);
  const smallest = shrinks
    ? await shrink(scenario, async (candidate) =>
        (await simulate(candidate)).violations.some((found) => found.rule === rule),
      )
    : scenario;
  const { violations, story } = await simulate(smallest, { tells: true });
  return tell(smallest, violations, story);
}
