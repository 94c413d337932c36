import { describe, expect, it } from '@jest/globals';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib/core';
import { selectEnvironment } from '../../../lib/platform/config/select-environment.ts';
import type { ApplicationConsumer } from '../../../lib/platform/declaration/application.ts';
import { buildApplication } from '../../../lib/platform/stacks/application.ts';
import { functionsFolder, project } from '../application/project.ts';

/** Without the one that gets everything. */
const { 'log-all': _, ...consumers }: Record<string, ApplicationConsumer> = project.app.consumers;

describe('an event that no consumer gets', () => {
  it('is a warning of the stack with the consumers, and no error', () => {
    const cdk = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
    const { processing } = buildApplication(cdk, {
      application: { ...project.app, consumers },
      eventTypes: ['thing.made', 'thing.lost'],
      environment: selectEnvironment(project.environments, { env: 'dev' }),
      functionsFolder,
    });
    const annotations = Annotations.fromStack(processing);
    expect(annotations.findWarning('*', Match.stringLikeRegexp('functions/events.ts declares'))).toEqual([
      expect.objectContaining({
        entry: expect.objectContaining({
          data: expect.stringMatching(/declares 'thing\.lost'.*add on: \{ events: \['thing\.lost'\] \}/),
        }),
      }),
    ]);
    expect(annotations.findError('*', Match.anyValue())).toEqual([]);
  });
});
