import { requiredVariable } from '../lib/platform/runtime/required-variable.ts';

/** Environment variables by which the stack tells functions the names of their tables. */
export type TableVariable = 'ORDERS_TABLE' | 'DELIVERIES_TABLE' | 'AUDIT_TABLE';

/** @throws ConfigurationError when the stack did not set the variable. */
export const tableName = (variable: TableVariable): string =>
  requiredVariable(variable, "it names the function's DynamoDB table");
