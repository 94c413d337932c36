import { App, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { selectEnvironment } from '../lib/config/select.ts';
import { buildApplication } from '../lib/stacks/application.ts';
import { declaration } from '../lib/topology/declaration.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
buildApplication(app, {
  name: String(app.node.tryGetContext('name') ?? 'events'),
  environment: selectEnvironment({
    env: app.node.tryGetContext('env'),
    vhost: app.node.tryGetContext('vhost'),
  }),
  declaration,
});
