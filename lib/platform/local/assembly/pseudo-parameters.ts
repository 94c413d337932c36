/** Region, account and partition that resources have on this machine. No real account has this number. */
export const region = 'us-east-1';
export const account = '000000000000';
export const partition = 'aws';
export const urlSuffix = 'amazonaws.com';

/** Values of CloudFormation's pseudo parameters in a stack. `AWS::NoValue` is not among them: it removes its property. */
export const pseudoParameters = (stackName: string, stackId: string): Readonly<Record<string, string | string[]>> => ({
  'AWS::AccountId': account,
  'AWS::NotificationARNs': [],
  'AWS::Partition': partition,
  'AWS::Region': region,
  'AWS::StackId': stackId,
  'AWS::StackName': stackName,
  'AWS::URLSuffix': urlSuffix,
});

/** ARN of a resource on this machine. */
export const arn = (service: string, resource: string): string =>
  `arn:${partition}:${service}:${region}:${account}:${resource}`;
