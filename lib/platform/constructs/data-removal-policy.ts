import { RemovalPolicy } from 'aws-cdk-lib/core';

/**
 * What becomes of data when their stack is deleted or replaces them. Kept data go only where the deployment that makes them fails: there is nothing in them yet, and
 * what stays would be an orphan in the way of the next try.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
 */
export const dataRemovalPolicy = (retain: boolean): RemovalPolicy =>
  retain ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
