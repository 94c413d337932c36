import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, CloudFormationValidatePlugin, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';

/** CloudFormation's own rules together with ours. Starting its engine takes a second, so that one serves all. */
let validator: CloudFormationValidatePlugin | undefined;

const rulesOfOurs = (): CloudFormationValidatePlugin => {
  validator ??= new CloudFormationValidatePlugin({
    guardRules: ['amazonmq.guard', 'alarms.guard'].map((name) => ({
      name,
      content: readFileSync(join(import.meta.dirname, name), 'utf8'),
    })),
  });
  return validator;
};

/**
 * What every template of the app has to pass when it is synthesized: the resource schemas and rules of CloudFormation, the Guard rules beside this file and
 * cdk-nag. A finding that is not acknowledged with a reason fails the synthesis.
 */
export const addPolicyChecks = (app: App): void => {
  Validations.of(app).addPlugins(rulesOfOurs(), new AwsSolutionsChecks(app), new ServerlessChecks(app));
};
