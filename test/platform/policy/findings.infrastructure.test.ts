import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { CfnBroker } from 'aws-cdk-lib/aws-amazonmq';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { App, Stack } from 'aws-cdk-lib/core';
import type { Environment } from '../../../lib/platform/config/environment.ts';
import { addPolicyChecks } from '../../../lib/platform/policy/checks.ts';
import { buildApplication } from '../../../lib/platform/stacks/application.ts';
import { functionsFolder, project } from '../application/project.ts';
import { addStacks } from '../application/stacks.ts';
import { cdkContext } from '../stacks/synthesized.ts';
import { variants } from '../stacks/variants.ts';

/** The validator's engine takes a second to start, more on a busy machine. */
const patience = 60_000;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** Synthesizes with CDK's strict validator and cdk-nag as `synthesizeStacks` does; what they report. Errors make the synthesis throw. */
const findings = (build: (app: App) => void): unknown[] => {
  const outdir = mkdtempSync(join(tmpdir(), 'findings-'));
  folders.push(outdir);
  const app = new App({ outdir, context: { ...cdkContext(), 'aws:cdk:bundling-stacks': [] } });
  addPolicyChecks(app);
  build(app);
  app.synth();
  const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as {
    pluginReports: unknown[];
  };
  return report.pluginReports;
};

describe('validator and cdk-nag', () => {
  const cases: readonly (readonly [string, Environment])[] = [
    ...project.environments.map((environment) => [environment.name, environment] as const),
    ...Object.entries(variants),
  ];

  it.each(cases)(
    'find nothing unexplained in %s',
    (_, environment) => {
      const build = (app: App) => {
        buildApplication(app, { application: project.app, environment, functionsFolder, addStacks });
      };
      expect(findings(build)).toEqual([]);
    },
    patience,
  );

  it(
    'do look: planted mistakes fail the synthesis',
    () => {
      const build = (app: App) => {
        const stack = new Stack(app, 'planted');
        new CfnEventSourceMapping(stack, 'Mapping', {
          functionName: 'f',
          eventSourceArn: 'arn:aws:mq:eu-west-1:111111111111:broker:b:b-1',
          queues: ['q'],
          sourceAccessConfigurations: [
            { type: 'BASIC', uri: 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:s' },
          ],
        });
        new CfnBroker(stack, 'Broker', {
          brokerName: 'b',
          engineType: 'RABBITMQ',
          deploymentMode: 'SINGLE_INSTANCE',
          hostInstanceType: 'mq.m7g.medium',
          publiclyAccessible: false,
          users: [{ username: 'admin', password: 'in the open, twelve' }],
        });
      };
      expect(() => findings(build)).toThrow(/Serverless-LambdaEventSourceMappingDestination.*W2501.*W3030/s);
    },
    patience,
  );
});
