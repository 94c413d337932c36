import { afterEach, expect, it } from '@jest/globals';
import { tableNames } from '../../../lib/platform/runtime/table-names.ts';

afterEach(() => {
  delete process.env.TABLE_BILLS;
});

const tableName = tableNames<{ readonly tables: { readonly Bills: { readonly partitionKey: 'id' } } }>();

it('the name of a table is what the stack says', () => {
  process.env.TABLE_BILLS = 'events-dev-Bills';
  expect(tableName('Bills')).toBe('events-dev-Bills');
});

it('a table that the consumer may not use is an error that says where to permit it', () => {
  expect(() => tableName('Bills')).toThrow(
    "environment variable TABLE_BILLS is not set; the consumer has no table 'Bills' in lib/app.ts",
  );
});

it('a table that the application does not have is an error in the editor', () => {
  // @ts-expect-error there is no such table
  expect(() => tableName('Bill')).toThrow('TABLE_BILL');
});
