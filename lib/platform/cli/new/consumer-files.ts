import type { TableDeclaration } from '../../declaration/application.ts';
import { importLines } from '../source/import-lines.ts';
import { type DeclaredEvent, isText } from './declared-event.ts';

export interface ConsumerFiles {
  readonly name: string;
  readonly events: readonly DeclaredEvent[];
  readonly orderBy: string | undefined;
  readonly table: (TableDeclaration & { readonly name: string }) | undefined;
}

/** Text of `functions/<name>/handler.ts`, not yet formatted. */
export const handlerText = ({ name, events, orderBy, table }: ConsumerFiles): string => {
  const schemas = events.map(({ schema }) => ('identifier' in schema ? schema.identifier : schema.expression));
  const imported = [...new Set(events.map(({ schema }) => ('identifier' in schema ? schema.identifier : 'events')))];
  const types = events.map(({ type }) => `\`${type}\``).join(' and ');
  return `${importLines({
    ...(schemas.length > 1 && { 'zod/mini': '* as z' }),
    '#consumer': '{ consumer }',
    '../events.ts': `{ ${imported.join(', ')} }`,
    ...(table && { '../table-name.ts': '{ tableName }' }),
  })}

/** Handles ${types}. What it may throw, and what that means for the message: docs/public-api.md. */
export const handler = consumer({
  queue: '${name}',
  message: ${schemas.length > 1 ? `z.union([${schemas.join(', ')}])` : schemas[0]},
  ${orderBy === undefined ? '' : orderLine(events, orderBy)}${table ? writingRule(events, table) : loggingRule}
});
`;
};

const orderLine = (events: readonly DeclaredEvent[], field: string): string => {
  const value = events.every((event) => isText(event, field)) ? `body.${field}` : `String(body.${field})`;
  return `orderBy: ({ body }) => ${value},\n  `;
};

const loggingRule = `handle: ({ body }, { logger }) => {
    // Your business rule. A message may come twice after a crash: let what it does be repeatable, or use transact.
    logger.info('handled', { body });
  },`;

const writingRule = (
  events: readonly DeclaredEvent[],
  { name, partitionKey, sortKey }: TableDeclaration & { name: string },
) => {
  const keys = [partitionKey, ...(sortKey === undefined ? [] : [sortKey])].map((key) => {
    const value = events.every((event) => isText(event, key)) ? `body.${key}` : 'id';
    return `${key}: { S: ${value} }`;
  });
  return `handle: async ({ id, body }, { transact }) => {
    // Your business rule. The row and the claim of the message are written in one transaction: exactly once.
    await transact([
      {
        Put: {
          TableName: tableName('${name}'),
          Item: { ${keys.join(', ')}, messageId: { S: id }, event: { S: JSON.stringify(body) } },
        },
      },
    ]);
  },`;
};

/** Text of `test/functions/<name>/handler.test.ts`, not yet formatted. */
export const testText = ({ name, events, table }: ConsumerFiles): string => `${importLines({
  '@jest/globals': '{ describe, expect, it }',
  '#testing': '{ deliver }',
  '../../../functions/events.ts': '{ events }',
  [`../../../functions/${name}/handler.ts`]: '{ handler }',
  '../../../lib/app.ts': '{ app }',
})}

describe('${name}', () => {
${events.map(({ type }) => exampleTest(type, table?.name)).join('\n')}
  it('refuses a body that is none of its events', async () => {
    const { report } = await deliver(app, handler, [{}]);
    expect(report).toMatchObject({ deadLettered: 1, deadLetterReasons: { invalid: 1 } });
  });
});
`;

const exampleTest = (type: string, table: string | undefined): string => {
  const [shown, expectation] =
    table === undefined
      ? ['report', 'expect(report).toMatchObject({ done: 1 })']
      : ['written', `expect(written).toMatchObject([{ Put: { TableName: '${table}' } }])`];
  return `  it('handles ${type}', async () => {
    const { failures, ${shown} } = await deliver(app, handler, [events['${type}'].example]);
    expect(failures).toEqual([]);
    ${expectation};
  });
`;
};
