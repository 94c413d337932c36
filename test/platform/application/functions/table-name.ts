import { tableNames } from '#tables';
import type { app } from '../app.ts';

export const tableName = tableNames<typeof app>();
