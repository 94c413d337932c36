import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Mutant, mutants } from '../mutants.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const run = promisify(execFile);

export interface MutantsOptions {
  /** Given to each mutant at most. */
  readonly seeds: number;
  /** Part of the names of those to plant. @default all */
  readonly only?: string;
  readonly json: boolean;
}

/** What became of one mutant. */
interface MutantResult {
  readonly name: string;
  /** How many seeds it survived, the last one included. */
  readonly lived: number;
  /** Where it was found. */
  readonly seed?: number;
  /** The promise that it broke; `crash` where the program did not survive it. */
  readonly rule?: string;
}

/**
 * Plants each defect in a copy of the sources and looks for it.
 * @returns the exit code: 0 when all were found
 * @throws Error for a defect whose place is not found exactly once: the sources have changed
 */
export async function runMutants({ seeds, only = '', json }: MutantsOptions): Promise<number> {
  const chosen = mutants.filter(({ name }) => name.includes(only));
  for (const mutant of chosen) mutated(mutant);
  mkdirSync(join(root, '.local'), { recursive: true });
  const folder = mkdtempSync(join(root, '.local', 'mutants-'));
  const results: MutantResult[] = [];
  try {
    const waiting = [...chosen];
    const worker = async (number: number): Promise<void> => {
      const copy = join(folder, String(number));
      // Without its own package.json, `#consumer` in the copy would lead to the sources outside of it, which have no defect.
      for (const part of ['package.json', 'lib', 'test/platform/simulation'])
        cpSync(join(root, part), join(copy, part), { recursive: true });
      for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
        const result = await plant(mutant, copy, seeds);
        results.push(result);
        if (!json) console.log(shown(result));
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, (_, number) => worker(number)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const survivors = results.filter(({ rule }) => rule === undefined);
  if (json) console.log(JSON.stringify(results));
  else console.log(`${results.length - survivors.length} of ${results.length} defects found`);
  return survivors.length === 0 ? 0 : 1;
}

async function plant(mutant: Mutant, copy: string, seeds: number): Promise<MutantResult> {
  const file = join(copy, mutant.file);
  const original = readFileSync(file, 'utf8');
  const { name } = mutant;
  for (let from = 1; from <= seeds; ) {
    writeFileSync(file, mutated(mutant));
    const { lived, seed, rule } = await findFailure(copy, from, seeds - from + 1);
    writeFileSync(file, original);
    const found = { name, lived: from - 1 + lived, seed, rule };
    // A seed that fails without the defect has not found it.
    if (seed === undefined || (await findFailure(copy, seed, 1)).seed === undefined) return found;
    from = seed + 1;
  }
  return { name, lived: seeds };
}

/** The first failure from a seed on, in a program of its own. */
async function findFailure(copy: string, from: number, seeds: number): Promise<Omit<MutantResult, 'name'>> {
  const program = join(copy, 'test/platform/simulation/run/find-failure.ts');
  try {
    const { stdout } = await run(process.execPath, [program, String(from), String(seeds)], { cwd: dirname(program) });
    return JSON.parse(stdout) as Omit<MutantResult, 'name'>;
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    return { lived: 0, rule: `crash: ${/^\w*Error: .*/m.exec(stderr)?.[0] ?? stderr.slice(0, 200)}` };
  }
}

function mutated({ name, file, find, replace }: Mutant): string {
  const parts = readFileSync(join(root, file), 'utf8').split(find);
  if (parts.length !== 2)
    throw new Error(`mutant "${name}": ${file} has the place ${parts.length - 1} times, which must be 1: ${find}`);
  return parts.join(replace);
}

const shown = ({ name, lived, seed, rule }: MutantResult): string =>
  rule === undefined
    ? `SURVIVED  ${name}: ${lived} seeds`
    : `found     ${name}: after ${lived} seeds (seed ${seed ?? '–'}: ${rule})`;
