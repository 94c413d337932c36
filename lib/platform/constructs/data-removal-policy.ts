import { RemovalPolicy } from 'aws-cdk-lib/core';

/**
 * What happens to data when its stack is deleted or replaces it. Retained data is deleted only if the deployment that creates it fails: it is still empty, and would
 * block the next attempt.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
 */
export const dataRemovalPolicy = (retain: boolean): RemovalPolicy =>
  retain ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
