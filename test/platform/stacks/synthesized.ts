import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib/core';
import type { Environment } from '../../../lib/platform/config/environment.ts';
import { selectEnvironment } from '../../../lib/platform/config/select-environment.ts';
import type { Application } from '../../../lib/platform/declaration/application.ts';
import { projectRoot } from '../../../lib/platform/project-root.ts';
import { buildApplication } from '../../../lib/platform/stacks/application.ts';
import { functionsFolder, project } from '../application/project.ts';

/** The context with which the CDK command line runs the app. */
export const cdkContext = (): Record<string, unknown> =>
  (JSON.parse(readFileSync(join(projectRoot, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> }).context;

export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Record<string, unknown>;
  readonly dependsOn: readonly string[];
  readonly deletionPolicy?: string;
}

interface Changes extends Partial<Environment> {
  readonly application?: Application;
}

/** All resources that the test application deploys to an environment, as CloudFormation sees them. Functions are not bundled: their code is another test's business. */
export const synthesized = (env: string, { application = project.app, ...change }: Changes = {}) => {
  const app = new App({
    context: { ...cdkContext(), 'aws:cdk:bundling-stacks': [] },
    builtinCloudFormationValidation: false,
  });
  const environment = { ...selectEnvironment(project.environments, { env }), ...change };
  const stacks = Object.values(buildApplication(app, { application, environment, functionsFolder }));
  const templates = stacks.map((stack) => Template.fromStack(stack).toJSON());
  const resources = templates.flatMap(({ Resources }) =>
    Object.entries(Resources as Record<string, Record<string, unknown>>).map(
      ([logicalId, { Type, Properties, DependsOn, DeletionPolicy }]): Resource => ({
        logicalId,
        type: String(Type),
        properties: (Properties ?? {}) as Record<string, unknown>,
        dependsOn: (DependsOn ?? []) as string[],
        deletionPolicy: DeletionPolicy as string | undefined,
      }),
    ),
  );
  return {
    app,
    environment,
    stacks,
    templates,
    resources,
    ofType: (type: string) => resources.filter((resource) => resource.type === type),
  };
};
