import type { PolicyStatement } from '../iam/policy-statement.ts';

const logs: PolicyStatement = {
  Effect: 'Allow',
  Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: '*',
};

/** Policies of AWS that functions' roles usually have. Source: AWS managed policy reference guide. */
const known: Readonly<Record<string, readonly PolicyStatement[]>> = {
  AWSLambdaBasicExecutionRole: [logs],
  AWSCodeDeployRoleForLambdaLimited: [
    {
      Effect: 'Allow',
      Action: [
        'cloudwatch:DescribeAlarms',
        'lambda:UpdateAlias',
        'lambda:GetAlias',
        'lambda:GetProvisionedConcurrencyConfig',
      ],
      Resource: '*',
    },
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:GetObjectVersion'], Resource: 'arn:aws:s3:::*/CodeDeploy/*' },
    { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: 'arn:aws:lambda:*:*:function:CodeDeployHook_*' },
  ],
  AWSLambdaVPCAccessExecutionRole: [
    logs,
    {
      Effect: 'Allow',
      Action: [
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      Resource: '*',
    },
  ],
};

/** Statements of an AWS managed policy by its ARN; `undefined` for one that is not known here. */
export const managedStatements = (policyArn: string): readonly PolicyStatement[] | undefined =>
  /^arn:[^:]+:iam::aws:policy\/(?:service-role\/)?(.+)$/.exec(policyArn)?.[1] === undefined
    ? undefined
    : known[policyArn.slice(policyArn.lastIndexOf('/') + 1)];
