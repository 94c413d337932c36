import { tableVariable } from '../config/function-environment.ts';
import { requiredVariable } from './required-variable.ts';

/** Names of the tables that an application declares. */
export type TableOf<App> = App extends { readonly tables: infer Tables } ? keyof Tables & string : never;

/**
 * Finds the deployed name of a table that the application `App` declares. Import the application's type only: a bundle with the whole of it would
 * be deployed anew with each change of it.
 *
 * @example
 * export const tableName = tableNames<typeof app>();
 */
export const tableNames =
  <App>() =>
  /** @throws ConfigurationError where the application does not let this function use the table */
  (table: TableOf<App>): string =>
    requiredVariable(tableVariable(table), `the consumer has no table '${table}' in lib/app.ts`);
