import { tableNames } from '#tables';
import type { app } from '../lib/app.ts';

/** Deployed name of a table of lib/app.ts. @throws ConfigurationError where the consumer may not use it */
export const tableName = tableNames<typeof app>();
