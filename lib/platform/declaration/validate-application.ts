import { isTaken, tableVariable } from '../config/function-environment.ts';
import { OperatorError } from '../config/operator-error.ts';
import { httpApiPublisher, outboxPublisher } from '../topology/users.ts';
import type { Application } from './application.ts';

/** The application contradicts itself. Nothing is synthesized. */
export class InvalidApplicationError extends OperatorError {
  override readonly name = 'InvalidApplicationError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`lib/app.ts: ${problems.join(' · ')}`);
    this.problems = problems;
  }
}

/**
 * Checks what the topology made of it no longer shows.
 * @throws InvalidApplicationError with every problem
 */
export const validateApplication = (app: Application): void => {
  const problems = [...tableProblems(app), ...settingProblems(app), ...publisherProblems(app)];
  if (problems.length > 0) throw new InvalidApplicationError(problems);
};

function* tableProblems({ tables = {}, consumers }: Application): Iterable<string> {
  const byVariable = new Map<string, string>();
  for (const table of Object.keys(tables)) {
    if (!/^[A-Z][A-Za-z0-9]*$/.test(table))
      yield `table '${table}' must have a name of letters and digits, the first one a capital`;
    const other = byVariable.get(tableVariable(table));
    if (other !== undefined)
      yield `tables '${other}' and '${table}' would both be ${tableVariable(table)} to functions: rename one`;
    byVariable.set(tableVariable(table), table);
  }
  for (const [consumer, { tables: used = {} }] of Object.entries(consumers)) {
    for (const [table, actions] of Object.entries(used)) {
      if (!Object.hasOwn(tables, table))
        yield `consumer '${consumer}' uses table '${table}', which is not declared (${list(Object.keys(tables))})`;
      if (actions.length === 0) yield `consumer '${consumer}' uses table '${table}' without an action: name one`;
    }
  }
}

function* settingProblems({ consumers }: Application): Iterable<string> {
  const used = Object.values(consumers);
  const variables = new Set(used.flatMap((consumer) => consumer.variables ?? []));
  const secrets = new Set(used.flatMap((consumer) => consumer.secrets ?? []));
  for (const name of new Set([...variables, ...secrets]))
    if (!/^[A-Z][A-Z0-9_]*$/.test(name))
      yield `'${name}' must be in capitals, digits and _, a capital first, to be a variable or a secret, such as WEBHOOK_URL`;
  for (const name of variables) {
    if (isTaken(name)) yield `variable '${name}' is taken by Lambda or the stacks: rename it`;
    if (secrets.has(name)) yield `'${name}' is a variable and a secret: rename one`;
  }
}

function* publisherProblems({ publishers = {} }: Application): Iterable<string> {
  if (Object.hasOwn(publishers, outboxPublisher))
    yield `publisher '${outboxPublisher}' has the name of the outbox's: declare the outbox with outbox: { … }, or rename it`;
  if (Object.hasOwn(publishers, httpApiPublisher))
    yield `publisher '${httpApiPublisher}' has the name of the HTTP API's: declare it with httpApi: { … }, or rename it`;
}

const list = (names: readonly string[]): string => (names.length === 0 ? 'none are' : `declared: ${names.join(', ')}`);
