import { describe, expect, it } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib/core';
import { selectEnvironment } from '../../../lib/platform/config/select-environment.ts';
import { application } from '../../../lib/platform/declaration/application.ts';
import { buildApplication } from '../../../lib/platform/stacks/application.ts';
import { otherEnvironments } from '../application/environments.ts';
import { functionsFolder } from '../application/project.ts';

const app = application({
  name: 'parking',
  exchanges: { events: { type: 'topic' } },
  consumers: {},
  publishers: { gate: { publishes: [{ exchange: 'events', scheduled: true }] } },
  outbox: { publishes: [{ exchange: 'events' }] },
  httpApi: { exchange: 'events' },
});

describe('an application without consumers', () => {
  it('gives stacks with a broker, publishers and an HTTP API', () => {
    const cdk = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
    const environment = selectEnvironment(otherEnvironments, { env: 'prod' });
    const { processing } = buildApplication(cdk, { application: app, environment, functionsFolder });
    expect(() => cdk.synth()).not.toThrow();
    const template = Template.fromStack(processing);
    template.resourceCountIs('AWS::Lambda::EventSourceMapping', 1);
    template.resourceCountIs('AWS::ApiGatewayV2::Api', 1);
  });
});
