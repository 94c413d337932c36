export { checkApplication } from '../testing/check-application.ts';
export type { Delivered } from '../testing/deliver.ts';
export { deliver } from '../testing/deliver.ts';
export { receiversOf } from '../testing/receivers-of.ts';
export type { StartedTables } from '../testing/start-tables.ts';
export { startTables } from '../testing/start-tables.ts';
