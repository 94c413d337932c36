import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';

/** Lets a role switch these mappings and no others. An application without consumers has none, and IAM takes no statement without a resource. */
export const permitUpdates = (role: Role, mappings: readonly CfnEventSourceMapping[]): void => {
  if (mappings.length === 0) return;
  role.addToPolicy(
    new PolicyStatement({
      actions: ['lambda:UpdateEventSourceMapping'],
      resources: mappings.map(({ attrEventSourceMappingArn }) => attrEventSourceMappingArn),
    }),
  );
};
