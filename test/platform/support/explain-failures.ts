/** What is known about what a test depends on, as text for people: the last lines of a log, a seed. Empty when there is nothing to say. */
type Explain = () => string;

const explanations = Symbol.for('explanations of failures');

type Global = { [explanations]?: Explain[] };

/** When a test of this file fails, the environment prints this too; at once, before anything is cleaned up. */
export const whenATestFails = (explain: Explain): void => {
  const here = globalThis as Global;
  here[explanations] = [...(here[explanations] ?? []), explain];
};

/** @param global that of a test file */
export const explanationsOf = (global: object): readonly Explain[] => (global as Global)[explanations] ?? [];
