export { checkApplication } from '../testing/check-application.ts';
export { receiversOf } from '../testing/receivers-of.ts';
export type { StartedTables } from '../testing/start-tables.ts';
export { startTables } from '../testing/start-tables.ts';
