import { oneOf, type Problem } from './limits.ts';

/** Minutes for which CodeDeploy can give a tenth of the invocations to a new version (`Canary10Percent…Minutes`). */
export const canaryMinutes = [5, 10, 15, 30] as const;
export type CanaryMinutes = (typeof canaryMinutes)[number];

/** What is wrong with a consumer's trial of new versions. */
export const canaryProblems = (path: string, minutes: CanaryMinutes): readonly Problem[] =>
  oneOf(path, minutes, canaryMinutes, 'CodeDeploy offers');
