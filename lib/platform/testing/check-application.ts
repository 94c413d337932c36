import type { Environment } from '../config/environment.ts';
import type { Application } from '../declaration/application.ts';
import type { AddStacks } from '../stacks/own-stacks.ts';

/**
 * Checks that an application can be deployed to an environment: that all its names and limits are right and each consumer has a handler. Finds what
 * `npm run synth` finds, except for what cdk-nag and the template validator say, in a fraction of the time.
 *
 * @param addStacks stacks of your own, those of `lib/stacks.ts`
 *
 * @example
 * it.each(environments)('can be deployed to $name', (environment) => checkApplication(app, environment));
 *
 * @throws Error whose message names what is wrong, and what to do
 */
export const checkApplication = async (
  app: Application,
  environment: Environment,
  addStacks?: AddStacks,
): Promise<void> => {
  // CDK takes a second to load; tests that need it wait for it.
  const { checkStacks } = await import('../stacks/check-stacks.ts');
  checkStacks(app, environment, addStacks);
};
