import { App } from 'aws-cdk-lib/core';
import type { Environment } from '../config/environment.ts';
import { selectEnvironment, UnknownEnvironmentError } from '../config/select-environment.ts';
import { InvalidConfigurationError } from '../config/validation/validate-environment.ts';
import { MissingHandlerError } from '../constructs/bundle/bundle.ts';
import type { Application } from '../declaration/application.ts';
import { InvalidApplicationError } from '../declaration/validate-application.ts';
import { addPolicyChecks } from '../policy/checks.ts';
import { InvalidTopologyError } from '../topology/invalid-topology-error.ts';
import { buildApplication } from './application.ts';
import { UnknownConsumerError } from './processing-stack.ts';

/** Mistakes in what people edit: the message says what to do, a stack trace would hide it. */
const mistakes = [
  UnknownEnvironmentError,
  InvalidApplicationError,
  InvalidConfigurationError,
  InvalidTopologyError,
  UnknownConsumerError,
  MissingHandlerError,
];

/**
 * Synthesizes the environment that the CDK context chooses: `env` and `vhost` choose and change one of `environments`, `name` tells several of these
 * applications in one account apart. A mistake in what people edit ends the process with exit code 1.
 */
export const synthesizeStacks = (application: Application, environments: readonly Environment[]): void => {
  const app = new App();
  // A local run does without (lib/platform/cli/synthesize.ts): the validator's engine takes longer to start than all else.
  if (process.env.CDK_VALIDATION !== 'false') addPolicyChecks(app);
  try {
    buildApplication(app, {
      application,
      name: app.node.tryGetContext('name'),
      environment: selectEnvironment(environments, {
        env: app.node.tryGetContext('env'),
        vhost: app.node.tryGetContext('vhost'),
      }),
    });
  } catch (error) {
    if (!mistakes.some((mistake) => error instanceof mistake)) throw error;
    console.error((error as Error).message);
    process.exit(1);
  }
};
