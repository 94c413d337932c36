import { InterfaceVpcEndpoint, InterfaceVpcEndpointAwsService, type IVpc, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { type InterfaceEndpoint, requiredEndpoints } from '../config/network-settings.ts';
import { privateSubnets } from './private-subnets.ts';

type Endpoint = InterfaceEndpoint | (typeof requiredEndpoints)[number];

const services: Readonly<Record<Endpoint, InterfaceVpcEndpointAwsService>> = {
  lambda: InterfaceVpcEndpointAwsService.LAMBDA,
  sts: InterfaceVpcEndpointAwsService.STS,
  secretsmanager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  monitoring: InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
  kms: InterfaceVpcEndpointAwsService.KMS,
  sns: InterfaceVpcEndpointAwsService.SNS,
  events: InterfaceVpcEndpointAwsService.EVENTBRIDGE,
  'execute-api': InterfaceVpcEndpointAwsService.APIGATEWAY,
  ec2: InterfaceVpcEndpointAwsService.EC2,
  'ecr.api': InterfaceVpcEndpointAwsService.ECR,
  'ecr.dkr': InterfaceVpcEndpointAwsService.ECR_DOCKER,
};

/** Where IAM has another name for the service than its endpoint. */
const actionsOf: Partial<Record<Endpoint, string>> = { monitoring: 'cloudwatch', 'ecr.api': 'ecr', 'ecr.dkr': 'ecr' };

export interface AwsEndpointsProps {
  readonly vpc: IVpc;
  /** Beside those that mappings and functions cannot do without. @default none */
  readonly additional?: readonly InterfaceEndpoint[];
}

/**
 * Interface endpoints through which mappings and functions reach AWS where there is no NAT gateway. Each admits this account; the ones that mappings
 * use admit Lambda's service besides, on every resource: "restricting your VPC endpoint policies to allow only API calls originating within your
 * organization prevents the event source mapping from functioning properly" (AWS: "Configuring Amazon MQ event source for Lambda", network).
 */
export class AwsEndpoints extends Construct {
  /** Whoever is to reach the endpoints needs a rule here. */
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, { vpc, additional = [] }: AwsEndpointsProps) {
    super(scope, id);
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Interface endpoints of AWS services',
      allowAllOutbound: false,
    });
    for (const name of new Set<Endpoint>([...requiredEndpoints, ...additional])) {
      const endpoint = new InterfaceVpcEndpoint(this, name, {
        vpc,
        service: services[name],
        subnets: privateSubnets(vpc),
        securityGroups: [this.securityGroup],
        open: false,
      });
      for (const statement of this.statements(name)) endpoint.addToPolicy(statement);
    }
  }

  private statements(name: Endpoint): PolicyStatement[] {
    // The mapping reads the broker's password in the name of the function's role, which is of this account.
    if (name === 'sts') return [forLambda('sts:AssumeRole')];
    return [
      this.forThisAccount(`${actionsOf[name] ?? name}:*`),
      ...(name === 'lambda' ? [forLambda('lambda:InvokeFunction')] : []),
    ];
  }

  private forThisAccount(action: string): PolicyStatement {
    return new PolicyStatement({
      principals: [new AnyPrincipal()],
      actions: [action],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:PrincipalAccount': Stack.of(this).account } },
    });
  }
}

const forLambda = (action: string): PolicyStatement =>
  new PolicyStatement({
    principals: [new ServicePrincipal('lambda.amazonaws.com')],
    actions: [action],
    resources: ['*'],
  });
