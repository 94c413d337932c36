export type { SecretOf, VariableOf } from '../config/environment-for.ts';
export type { SecretOptions } from '../runtime/settings.ts';
export { SecretError, settings } from '../runtime/settings.ts';
