import { App } from 'aws-cdk-lib/core';
import { selectEnvironment, UnknownEnvironmentError } from '../lib/config/select.ts';
import { InvalidConfigurationError } from '../lib/config/validate.ts';
import { MissingHandlerError } from '../lib/constructs/bundle/bundle.ts';
import { addPolicyChecks } from '../lib/policy/checks.ts';
import { buildApplication } from '../lib/stacks/application.ts';
import { UnknownConsumerError } from '../lib/stacks/processing-stack.ts';
import { declaration } from '../lib/topology/declaration.ts';
import { InvalidTopologyError } from '../lib/topology/invalid-topology-error.ts';

/** Mistakes in what people edit: the message says what to do, a stack trace would hide it. */
const mistakes = [
  UnknownEnvironmentError,
  InvalidConfigurationError,
  InvalidTopologyError,
  UnknownConsumerError,
  MissingHandlerError,
];

// Context: env and vhost choose and change an environment of lib/config; name tells several of these applications in one account apart.
const app = new App();
// A local run does without (bin/synthesize.ts): the validator's engine takes longer to start than all else.
if (process.env.CDK_VALIDATION !== 'false') addPolicyChecks(app);
try {
  buildApplication(app, {
    name: String(app.node.tryGetContext('name') ?? 'events'),
    environment: selectEnvironment({
      env: app.node.tryGetContext('env'),
      vhost: app.node.tryGetContext('vhost'),
    }),
    declaration,
  });
} catch (error) {
  if (!mistakes.some((mistake) => error instanceof mistake)) throw error;
  console.error((error as Error).message);
  process.exit(1);
}
