import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type CfnFunction, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { bundledHandler, functionCode } from './bundle/function-code.ts';
import { variableProblems } from './function-variables.ts';
import { privateSubnets } from './private-subnets.ts';

export interface VpcFunctionProps {
  /** Absolute path of the handler file. */
  readonly entry: string;
  /** What logs call the function. */
  readonly service: string;
  readonly description: string;
  readonly vpc: IVpc;
  readonly securityGroup: ISecurityGroup;
  /** @default none */
  readonly furtherSecurityGroups?: readonly ISecurityGroup[];
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  /** Execution environments at most, set aside of the account's. @default as many as there is work for */
  readonly reservedConcurrency?: number;
  readonly logRetentionDays: number;
  /**
   * What becomes of events whose invocation failed, for a function that is invoked asynchronously.
   * @default says that nothing invokes it so
   */
  readonly failedEvents?: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What grows with the application and is known at synthesis: a file in the function's bundle, as JSON. @default none */
  readonly configuration?: unknown;
}

/** A bundled function in the private subnets, with a role and a log group of its own and no permission that it does not need. */
export class VpcFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly service: string;
  readonly securityGroup: ISecurityGroup;
  readonly reservedConcurrency?: number;

  constructor(scope: Construct, id: string, props: VpcFunctionProps) {
    super(scope, id);
    this.service = props.service;
    this.securityGroup = props.securityGroup;
    this.reservedConcurrency = props.reservedConcurrency;
    const logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: props.description,
    });
    logGroup.grantWrite(this.role);
    this.role.addToPolicy(networkInterfaces());
    this.function = new LambdaFunction(this, 'Function', {
      code: functionCode(props.entry, props.configuration),
      handler: bundledHandler,
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(props.timeoutSeconds),
      memorySize: props.memoryMegabytes,
      reservedConcurrentExecutions: props.reservedConcurrency,
      role: this.role,
      logGroup,
      vpc: props.vpc,
      vpcSubnets: privateSubnets(props.vpc),
      securityGroups: [props.securityGroup, ...(props.furtherSecurityGroups ?? [])],
      environment: {
        // Stack traces in logs and dead letters name the lines of the sources.
        NODE_OPTIONS: '--enable-source-maps',
        POWERTOOLS_SERVICE_NAME: props.service,
        ...props.environment,
      },
    });
    this.acknowledge(props.failedEvents);
    this.node.addValidation({ validate: () => [...variableProblems(this.service, this.variables)] });
  }

  private get variables(): Readonly<Record<string, unknown>> {
    const { environment } = this.function.node.defaultChild as CfnFunction;
    return Stack.of(this).resolve(environment)?.variables ?? {};
  }

  private acknowledge(
    failedEvents = 'Never invoked asynchronously by way of events: a mapping and CloudFormation call it and take its answer. Dead letters of messages are RabbitMQ queues.',
  ): void {
    Validations.of(this.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'EC2 knows no narrower resource for the network interfaces that Lambda makes and deletes in a VPC.',
    });
    Validations.of(this.function).acknowledge(
      {
        id: 'Serverless-LambdaDLQ',
        reason: failedEvents,
      },
      {
        id: 'Serverless-LambdaTracing',
        reason:
          'Lambda does not trace RabbitMQ event source mappings with X-Ray; trace context travels in message headers.',
      },
    );
  }
}

/** What Lambda's service does in the role's name to connect a function, or the mapping in front of it, to a VPC. */
const networkInterfaces = (): PolicyStatement =>
  new PolicyStatement({
    actions: [
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSubnets',
      'ec2:DescribeVpcs',
    ],
    resources: ['*'],
  });
