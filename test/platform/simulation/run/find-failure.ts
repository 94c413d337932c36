import '../engine/virtual-globals.ts';
import { runSeeds } from './run-seeds.ts';

// node find-failure.ts FROM SEEDS: the first seed that fails, as JSON. A program of its own, because each mutant is another copy of the sources.
const [from = 1, seeds = 1] = process.argv.slice(2).map(Number);

function* range(): Iterable<number> {
  for (let seed = from; seed < from + seeds; seed++) yield seed;
}

const { seeds: lived, failures } = await runSeeds(range(), { mostFailures: 1, shrinks: false });
const [failure] = failures;
console.log(JSON.stringify({ lived, ...(failure && { seed: failure.seed, rule: failure.rule }) }));
