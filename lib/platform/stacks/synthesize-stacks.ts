import { App } from 'aws-cdk-lib/core';
import type { Environment } from '../config/environment.ts';
import { OperatorError } from '../config/operator-error.ts';
import { selectEnvironment } from '../config/select-environment.ts';
import type { Application } from '../declaration/application.ts';
import { addPolicyChecks } from '../policy/checks.ts';
import { type ApplicationProps, buildApplication } from './application.ts';

/**
 * Synthesizes the environment that the CDK context chooses: `env` and `vhost` choose and change one of `environments`, `name` tells several of these
 * applications in one account apart. A mistake in what people edit ends the process with exit code 1.
 */
export const synthesizeStacks = (
  application: Application,
  environments: readonly Environment[],
  further: Pick<ApplicationProps, 'functionsFolder' | 'eventTypes' | 'addStacks'> = {},
): void => {
  const app = new App();
  // A local run does without (lib/platform/cli/synthesize.ts): the validator's engine takes longer to start than all else.
  if (process.env.CDK_VALIDATION !== 'false') addPolicyChecks(app);
  try {
    buildApplication(app, {
      ...further,
      application,
      name: app.node.tryGetContext('name'),
      environment: selectEnvironment(environments, {
        env: app.node.tryGetContext('env'),
        vhost: app.node.tryGetContext('vhost'),
      }),
    });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
};
