import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Duration, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { FunctionEnvironment } from '../config/function-environment.ts';
import { dataRemovalPolicy } from './data-removal-policy.ts';
import type { VpcFunction } from './vpc-function.ts';

export interface ClaimCheckBucketProps {
  /**
   * Bodies are deleted after this many days, with no regard to whether their messages still wait somewhere: longer than any message
   * is meant to lie in a dead-letter queue.
   * @default 30
   */
  readonly expiryDays?: number;
}

/** A private bucket for bodies that are too large for the broker, which whoever publishes puts there and whoever consumes reads. */
export class ClaimCheckBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { expiryDays = 30 }: ClaimCheckBucketProps = {}) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      lifecycleRules: [
        { expiration: Duration.days(expiryDays), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      // CloudFormation deletes no bucket that has something in it; this one empties itself.
      removalPolicy: dataRemovalPolicy(true),
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'An access log needs a second bucket and says nothing that the broker and the functions do not log already: only they have access, each to bodies of messages that it sends or gets.',
    });
  }

  /** Lets a function put bodies there. */
  addWriter(writer: VpcFunction): void {
    this.add(writer, 's3:PutObject');
  }

  /** Lets a function read bodies. */
  addReader(reader: VpcFunction): void {
    this.add(reader, 's3:GetObject');
  }

  private add({ function: handler, role }: VpcFunction, action: 's3:PutObject' | 's3:GetObject'): void {
    handler.addEnvironment(FunctionEnvironment.claimCheckBucket, this.bucket.bucketName);
    role.addToPolicy(new PolicyStatement({ actions: [action], resources: [this.bucket.arnForObjects('*')] }));
    const logicalId = Stack.of(this).getLogicalId(this.bucket.node.defaultChild as CfnBucket);
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${logicalId}.Arn>/*]`,
      reason: "Objects' names come with the messages; a body can only be named by its bucket.",
    });
  }
}
