export type { TableOf } from '../runtime/table-names.ts';
export { tableNames } from '../runtime/table-names.ts';
