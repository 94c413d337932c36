import { CfnOutput } from 'aws-cdk-lib/core';
import type { DataSettings } from '../config/environment.ts';
import { DataTable } from '../constructs/data-table.ts';
import type { ProcessingStack } from './processing-stack.ts';

/**
 * The tables of the sample consumers, each with the variable that names it to its function and with the actions that the handler takes.
 * Replace them by yours together with the handlers.
 */
export const addSampleTables = (stack: ProcessingStack, settings: DataSettings): void => {
  const table = (id: string, partitionKey: string) => {
    const created = new DataTable(stack, id, { partitionKey, settings });
    new CfnOutput(stack, `${id}Table`, { value: created.tableName });
    return created;
  };
  const orders = table('Orders', 'orderId');
  stack.consumer('fulfil-order').useTable('ORDERS_TABLE', orders, 'dynamodb:UpdateItem');
  const deliveries = table('Deliveries', 'idempotencyKey');
  stack.consumer('send-welcome').useTable('DELIVERIES_TABLE', deliveries, 'dynamodb:UpdateItem');
  const auditLog = table('AuditLog', 'messageId');
  stack.consumer('audit-log').useTable('AUDIT_TABLE', auditLog, 'dynamodb:PutItem');
};
