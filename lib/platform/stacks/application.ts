import { Annotations, type App, Tags } from 'aws-cdk-lib/core';
import type { Environment } from '../config/environment.ts';
import { isExisting } from '../config/network-settings.ts';
import type { Application } from '../declaration/application.ts';
import { environmentOf } from '../declaration/environment-of.ts';
import { unboundEvents } from '../declaration/unbound-events.ts';
import { validateApplication } from '../declaration/validate-application.ts';
import { BrokerStack } from './broker-stack.ts';
import { MonitoringStack } from './monitoring-stack.ts';
import { NetworkStack } from './network-stack.ts';
import { type AddStacks, platformOf } from './own-stacks.ts';
import { ProcessingStack } from './processing-stack.ts';

export interface ApplicationProps {
  readonly application: Application;
  readonly environment: Environment;
  /** First part of the stacks' names. @default the application's name */
  readonly name?: string;
  /** Folder with `<consumer>/handler.ts`. @default functions */
  readonly functionsFolder?: string;
  /** Types of the events that functions/events.ts declares: one that nobody gets is a warning. @default none */
  readonly eventTypes?: readonly string[];
  /** Stacks beside these. @default none */
  readonly addStacks?: AddStacks;
}

/** All stacks of one environment, for whatever account and region they are deployed to. */
export interface ApplicationStacks {
  /** Absent where the environment names a network that exists. */
  readonly network?: NetworkStack;
  readonly broker: BrokerStack;
  readonly processing: ProcessingStack;
  readonly monitoring: MonitoringStack;
}

/** @throws InvalidApplicationError, InvalidConfigurationError, InvalidTopologyError, UnknownConsumerError, MissingHandlerError */
export const buildApplication = (
  app: App,
  {
    application,
    environment: asChosen,
    name = application.name,
    functionsFolder,
    eventTypes = [],
    addStacks,
  }: ApplicationProps,
): ApplicationStacks => {
  validateApplication(application);
  const environment = environmentOf(application, asChosen);
  const { terminationProtection } = environment;
  const id = (part: string) => `${name}-${environment.name}-${part}`;
  const network = isExisting(environment.network)
    ? undefined
    : new NetworkStack(app, id('network'), { terminationProtection, environment, settings: environment.network });
  const broker = new BrokerStack(app, id('broker'), { terminationProtection, environment, network: network?.access });
  const processing = new ProcessingStack(app, id('processing'), {
    terminationProtection,
    environment,
    broker: broker.broker,
    application,
    functionsFolder,
  });
  for (const { type, warning } of unboundEvents(application, eventTypes))
    Annotations.of(processing).addWarningV2(`unboundEvent:${type}`, warning);
  const monitoring = new MonitoringStack(app, id('monitoring'), {
    terminationProtection,
    environment,
    broker: broker.broker,
    processing,
  });
  addStacks?.(platformOf({ app, environment, application, stackName: id, broker: broker.broker, processing }));
  Tags.of(app).add('application', name);
  Tags.of(app).add('environment', environment.name);
  return { ...(network && { network }), broker, processing, monitoring };
};
