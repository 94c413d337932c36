import { AttributeType, BillingMode, type StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { RemovalPolicy, Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { DataSettings } from '../config/environment.ts';

export interface DataTableProps {
  /** Name of the partition key, a string. */
  readonly partitionKey: string;
  /** Name of the sort key, a string. @default none */
  readonly sortKey?: string;
  /** What the table's stream holds. @default no stream */
  readonly stream?: StreamViewType;
  /** Attribute with the second since the epoch at which DynamoDB may delete an item. @default items stay */
  readonly expiryAttribute?: string;
  readonly settings: DataSettings;
}

/** A table that is paid by request, encrypted, and kept and backed up as the environment says. */
export class DataTable extends Table {
  constructor(
    scope: Construct,
    id: string,
    { partitionKey, sortKey, stream, expiryAttribute, settings }: DataTableProps,
  ) {
    super(scope, id, {
      partitionKey: { name: partitionKey, type: AttributeType.STRING },
      ...(sortKey !== undefined && { sortKey: { name: sortKey, type: AttributeType.STRING } }),
      stream,
      timeToLiveAttribute: expiryAttribute,
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.DEFAULT,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: settings.pointInTimeRecovery },
      removalPolicy: settings.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      deletionProtection: settings.retain,
    });
    if (!settings.pointInTimeRecovery) {
      Validations.of(this).acknowledge({
        id: 'AwsSolutions-DDB3',
        reason: 'This environment holds no data that is worth restoring (data.pointInTimeRecovery).',
      });
    }
  }
}
