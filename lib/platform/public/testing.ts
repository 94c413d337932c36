export type { StartedTables } from '../testing/start-tables.ts';
export { startTables } from '../testing/start-tables.ts';
