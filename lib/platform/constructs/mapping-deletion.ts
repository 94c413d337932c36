import { join } from 'node:path';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type CfnEventSourceMapping, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CustomResource, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { projectRoot } from '../project-root.ts';
import { bundledHandler, functionCode } from './bundle/function-code.ts';

/** Lambda's longest. Removing the network interfaces takes minutes, at times many. */
const timeoutSeconds = 900;

/** What CloudFormation puts of a stack's name into the names that it makes up, at least. */
const certainPrefix = 20;

/**
 * Deletes mappings so that nothing of them is left, one function for all mappings of a stack and a custom resource for each. CloudFormation takes a mapping
 * for deleted before Lambda has removed its network interfaces; the role with which Lambda does so would be gone by then.
 */
export class MappingDeletion extends Construct {
  private readonly serviceToken: string;

  /** The one of the stack that `scope` is in. */
  static of(scope: Construct, logRetentionDays: number): MappingDeletion {
    const stack = Stack.of(scope);
    const found = stack.node.tryFindChild('MappingDeletion');
    return found instanceof MappingDeletion ? found : new MappingDeletion(stack, 'MappingDeletion', logRetentionDays);
  }

  private constructor(scope: Construct, id: string, logRetentionDays: number) {
    super(scope, id);
    const description = 'Deletes event source mappings together with their network interfaces';
    const logGroup = new LogGroup(this, 'Logs', { retention: logRetentionDays, removalPolicy: RemovalPolicy.DESTROY });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com'), description });
    logGroup.grantWrite(role);
    const stack = Stack.of(this);
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:DeleteEventSourceMapping', 'lambda:GetEventSourceMapping'],
        resources: [stack.formatArn({ service: 'lambda', resource: 'event-source-mapping:*' })],
        // INFO: not the mappings by name. An update that removes one would take the permission away before the mapping.
        conditions: {
          ArnLike: {
            'lambda:FunctionArn': stack.formatArn({
              service: 'lambda',
              resource: `function:${stack.stackName.slice(0, certainPrefix)}*`,
            }),
          },
        },
      }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['ec2:DescribeNetworkInterfaces'], resources: ['*'] }));
    // Outside of the VPC: it needs nothing there, and endpoints of Lambda and EC2 would cost more than it does.
    const handler = new LambdaFunction(this, 'Function', {
      code: functionCode(join(projectRoot, 'lib', 'platform', 'functions', 'mapping-deletion', 'handler.ts')),
      handler: bundledHandler,
      description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(timeoutSeconds),
      memorySize: 128,
      role,
      logGroup,
      environment: { NODE_OPTIONS: '--enable-source-maps', POWERTOOLS_SERVICE_NAME: 'mapping-deletion' },
    });
    this.serviceToken = handler.functionArn;
    acknowledge(role, handler);
  }

  /** Must be called in the mapping's own scope, so that a mapping that gets another name takes its custom resource with it. */
  delete(mapping: CfnEventSourceMapping): void {
    const resource = new CustomResource(mapping, 'Deletion', {
      resourceType: 'Custom::MappingDeletion',
      serviceToken: this.serviceToken,
      serviceTimeout: Duration.seconds(timeoutSeconds + 60),
      properties: { MappingId: mapping.attrId, AccountId: Stack.of(mapping).account },
    });
    // After the function with its permissions and after the mapping, which comes after the role of its function. Deletion goes the other way.
    resource.node.addDependency(this);
  }
}

const acknowledge = (role: Role, handler: LambdaFunction): void => {
  Validations.of(role).acknowledge(
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'EC2 knows no narrower resource for describing network interfaces.',
    },
    {
      id: 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:event-source-mapping:*]',
      reason:
        'Mappings have no names before they are made; a condition limits this to those of functions of this stack.',
    },
  );
  Validations.of(handler).acknowledge(
    { id: 'Serverless-LambdaDLQ', reason: 'CloudFormation calls it and takes its answer.' },
    {
      id: 'Serverless-LambdaTracing',
      reason: 'Runs when a mapping is deleted, and says in its log what it waits for.',
    },
  );
};
