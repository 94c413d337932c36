import type { Environment } from './environment.ts';
import type { SecretReference } from './secret-reference.ts';

/** Variables that consumers of an application use. */
export type VariableOf<App> = UsedBy<App, 'variables'>;
/** Secrets that consumers of an application use. */
export type SecretOf<App> = UsedBy<App, 'secrets'>;

type UsedBy<App, Kind extends 'variables' | 'secrets'> = App extends { readonly consumers: infer Consumers }
  ? {
      [Name in keyof Consumers]: Consumers[Name] extends Readonly<Record<Kind, readonly (infer Used)[]>>
        ? Used & string
        : never;
    }[keyof Consumers]
  : never;

/** An environment of the application `App`, with the variables and secrets that its consumers use: one that is missing is an error in the editor, and one too many. */
export type EnvironmentFor<App> = Omit<Environment, 'variables' | 'secrets'> &
  Values<'variables', VariableOf<App>, string> &
  Values<'secrets', SecretOf<App>, SecretReference>;

type Values<Kind extends string, Name extends string, Value> = [Name] extends [never]
  ? { readonly [K in Kind]?: Readonly<Record<string, never>> }
  : { readonly [K in Kind]: Readonly<Record<Name, Value>> };
