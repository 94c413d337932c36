import { AttributeType, BillingMode, type StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { DataSettings } from '../config/environment.ts';
import type { TableShape } from '../config/table-shapes.ts';
import { dataRemovalPolicy } from './data-removal-policy.ts';

export interface DataTableProps {
  readonly shape: TableShape;
  /** What the table's stream holds. @default no stream */
  readonly stream?: StreamViewType;
  readonly settings: DataSettings;
}

/** A table that is paid by request, encrypted, and kept and backed up as the environment says. */
export class DataTable extends Table {
  constructor(scope: Construct, id: string, { shape, stream, settings }: DataTableProps) {
    const { partitionKey, sortKey, expiryAttribute } = shape;
    super(scope, id, {
      partitionKey: { name: partitionKey, type: AttributeType.STRING },
      ...(sortKey !== undefined && { sortKey: { name: sortKey, type: AttributeType.STRING } }),
      stream,
      timeToLiveAttribute: expiryAttribute,
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.DEFAULT,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: settings.pointInTimeRecovery },
      removalPolicy: dataRemovalPolicy(settings.retain),
      deletionProtection: settings.deletionProtection ?? false,
    });
    if (!settings.pointInTimeRecovery) {
      Validations.of(this).acknowledge({
        id: 'AwsSolutions-DDB3',
        reason: 'This environment holds no data that is worth restoring (data.pointInTimeRecovery).',
      });
    }
  }
}
