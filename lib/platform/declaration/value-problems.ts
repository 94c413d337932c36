import type { Environment } from '../config/environment.ts';
import type { Problem } from '../config/limits.ts';
import { secretProblems } from '../config/secret-reference.ts';
import type { Application } from './application.ts';

/** What is wrong with the values that an environment gives to variables and secrets: those that are missing, unknown, or no values. */
export function* valueProblems(
  { consumers }: Application,
  { name, variables = {}, secrets = {} }: Environment,
): Iterable<Problem> {
  for (const kind of ['variables', 'secrets'] as const) {
    const users = usersOf(consumers, kind);
    const given = kind === 'variables' ? variables : secrets;
    for (const [setting, consumer] of users)
      if (!Object.hasOwn(given, setting))
        yield `${kind}.${setting} is missing, which consumer '${consumer}' uses; add to ${name}: ${kind}: { ${setting}: '${placeholder[kind]}' }`;
    for (const setting of Object.keys(given))
      if (!users.has(setting))
        yield `${kind}.${setting} is there, but no consumer in lib/app.ts uses it (${used([...users.keys()])}); remove it, or add it to the ${kind} of a consumer`;
  }
  for (const [variable, value] of Object.entries(variables))
    if (value === '') yield `variables.${variable} is empty; to a function that is the same as missing`;
  for (const [secret, reference] of Object.entries(secrets)) yield* secretProblems(`secrets.${secret}`, reference);
}

const placeholder = { variables: '…', secrets: 'name or ARN in Secrets Manager' } as const;

/** The first consumer that uses it, by the name of each variable or secret. */
const usersOf = (consumers: Application['consumers'], kind: 'variables' | 'secrets'): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(consumers)
      .toReversed()
      .flatMap(([consumer, { [kind]: names = [] }]) => names.map((setting) => [setting, consumer] as const)),
  );

const used = (names: readonly string[]): string =>
  names.length === 0 ? 'they use none' : `they use ${names.join(', ')}`;
