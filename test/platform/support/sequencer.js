import { createRequire } from 'node:module';
import { dirname } from 'node:path';

// Its types are those of its CommonJS build, which has another default export than what `import` gets.
const { default: Sequencer } = createRequire(import.meta.url)('@jest/test-sequencer');

/** Each growth of the validator's WebAssembly memory makes V8 collect garbage. In a worker that holds the modules of many files, that takes three times as long. */
const validating = /\/policy\//;
/** They take minutes. At the end, one would have one processor busy. */
const long = /(?:stacks|own-broker)\.every-version|when-functions-are-killed|when-the-demo-runs|when-prod-runs/;

/** Yours: what you changed most likely. */
const yours = `${dirname(dirname(import.meta.dirname))}/functions/`;

/** @param {import('@jest/test-result').Test} test */
const rank = ({ path }) => (path.startsWith(yours) ? 0 : validating.test(path) ? 1 : long.test(path) ? 2 : 3);

/** Decides what comes first, also in a fresh checkout, where jest does not know yet how long a file takes. */
export default class TestOrder extends Sequencer {
  /** @param {import('@jest/test-result').Test[]} tests */
  sort(tests) {
    /** @type {import('@jest/test-result').Test[]} */
    const sorted = super.sort(tests);
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}
