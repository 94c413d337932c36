import { createRequire } from 'node:module';

// Its types are those of its CommonJS build, which has another default export than what `import` gets.
const { default: Sequencer } = createRequire(import.meta.url)('@jest/test-sequencer');

const long = /(?:stacks|own-broker)\.every-version|when-functions-are-killed|when-the-demo-runs|when-prod-runs/;

/** @param {import('@jest/test-result').Test} test */
const rank = ({ path }) => (long.test(path) ? 0 : 1);

/** Starts what takes minutes first, also in a fresh checkout, where jest does not know yet what that is. At the end, it would have one processor busy. */
export default class LongestFirst extends Sequencer {
  /** @param {import('@jest/test-result').Test[]} tests */
  sort(tests) {
    /** @type {import('@jest/test-result').Test[]} */
    const sorted = super.sort(tests);
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}
