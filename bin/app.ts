import { App } from 'aws-cdk-lib/core';
import { app as application } from '../lib/app.ts';
import { selectEnvironment, UnknownEnvironmentError } from '../lib/platform/config/select-environment.ts';
import { InvalidConfigurationError } from '../lib/platform/config/validation/validate-environment.ts';
import { MissingHandlerError } from '../lib/platform/constructs/bundle/bundle.ts';
import { InvalidApplicationError } from '../lib/platform/declaration/validate-application.ts';
import { addPolicyChecks } from '../lib/platform/policy/checks.ts';
import { buildApplication } from '../lib/platform/stacks/application.ts';
import { UnknownConsumerError } from '../lib/platform/stacks/processing-stack.ts';
import { InvalidTopologyError } from '../lib/platform/topology/invalid-topology-error.ts';

/** Mistakes in what people edit: the message says what to do, a stack trace would hide it. */
const mistakes = [
  UnknownEnvironmentError,
  InvalidApplicationError,
  InvalidConfigurationError,
  InvalidTopologyError,
  UnknownConsumerError,
  MissingHandlerError,
];

// Context: env and vhost choose and change an environment of lib/environments.ts; name tells several of these applications in one account apart.
const app = new App();
// A local run does without (lib/platform/cli/synthesize.ts): the validator's engine takes longer to start than all else.
if (process.env.CDK_VALIDATION !== 'false') addPolicyChecks(app);
try {
  buildApplication(app, {
    application,
    name: app.node.tryGetContext('name'),
    environment: selectEnvironment({
      env: app.node.tryGetContext('env'),
      vhost: app.node.tryGetContext('vhost'),
    }),
  });
} catch (error) {
  if (!mistakes.some((mistake) => error instanceof mistake)) throw error;
  console.error((error as Error).message);
  process.exit(1);
}
