import { ConfigurationError } from '../lib/messaging/errors.ts';

/** Environment variables by which the stack tells functions the names of their tables. */
export type TableVariable = 'ORDERS_TABLE' | 'DELIVERIES_TABLE' | 'AUDIT_TABLE';

/** @throws ConfigurationError when the stack did not set the variable. */
export const tableName = (variable: TableVariable): string => {
  const name = process.env[variable];
  if (!name)
    throw new ConfigurationError(`environment variable ${variable} is not set; it names the function's DynamoDB table`);
  return name;
};
