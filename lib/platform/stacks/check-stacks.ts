import { App } from 'aws-cdk-lib/core';
import type { Environment } from '../config/environment.ts';
import { selectEnvironment } from '../config/select-environment.ts';
import type { Application } from '../declaration/application.ts';
import { buildApplication } from './application.ts';
import type { AddStacks } from './own-stacks.ts';

/**
 * Makes the stacks of an application for an environment, without bundling functions and without a trace on disk.
 * @throws what is wrong with the application or the environment, such as InvalidApplicationError, InvalidConfigurationError, MissingHandlerError
 */
export const checkStacks = (application: Application, environment: Environment, addStacks?: AddStacks): void => {
  const checked = selectEnvironment([environment], { env: environment.name });
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  buildApplication(app, { application, environment: checked, addStacks });
};
