import type { app } from '../lib/app.ts';
import { tableNames } from '../lib/platform/runtime/table-names.ts';

/** Deployed name of a table of lib/app.ts. @throws ConfigurationError where the consumer may not use it */
export const tableName = tableNames<typeof app>();
