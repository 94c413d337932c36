import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { application } from '../../../lib/platform/declaration/application.ts';
import { consumer } from '../../../lib/platform/runtime/consumer.ts';
import { FatalError } from '../../../lib/platform/runtime/errors.ts';
import { tableNames } from '../../../lib/platform/runtime/table-names.ts';
import { deliver } from '../../../lib/platform/testing/deliver.ts';

const app = application({
  name: 'parking',
  exchanges: { events: { type: 'topic' } },
  tables: { Payments: { partitionKey: 'paymentId' }, Secrets: { partitionKey: 'id' } },
  consumers: { 'bill-parking': { on: { events: ['car.left'] }, tables: { Payments: ['PutItem'] } } },
});
const tableName = tableNames<typeof app>();

const handler = consumer({
  queue: 'bill-parking',
  message: z.object({ plate: z.string() }),
  orderBy: ({ body }) => body.plate,
  handle: async ({ id, body }, { transact }) => {
    if (body.plate === 'stolen') throw new FatalError('the police will take care');
    if (body.plate === 'wrong table') tableName('Secrets');
    await transact([
      { Put: { TableName: tableName('Payments'), Item: { paymentId: { S: id }, plate: { S: body.plate } } } },
    ]);
  },
});

describe('bodies that a test delivers to a consumer', () => {
  it('are handled, and what the handler commits is shown', async () => {
    const { report, failures, written } = await deliver(app, handler, [{ plate: 'A' }, { plate: 'B' }]);
    expect(failures).toEqual([]);
    expect(report).toMatchObject({ done: 2 });
    expect(written).toEqual([
      { Put: { TableName: 'Payments', Item: { paymentId: { S: 'message-1' }, plate: { S: 'A' } } } },
      { Put: { TableName: 'Payments', Item: { paymentId: { S: 'message-2' }, plate: { S: 'B' } } } },
    ]);
  });

  it('meet the fate that they would meet deployed', async () => {
    const { report, failures, written, copies } = await deliver(app, handler, [{ plate: 7 }, { plate: 'stolen' }]);
    expect(report).toMatchObject({ done: 0, deadLettered: 2, deadLetterReasons: { invalid: 1, fatal: 1 } });
    expect(failures).toEqual([
      expect.stringContaining('message-1: ValidationError: '),
      'message-2: FatalError: the police will take care',
    ]);
    expect(written).toEqual([]);
    expect(copies.map(({ exchange, routingKey }) => [exchange, routingKey])).toEqual([
      ['dead-letter', 'bill-parking'],
      ['dead-letter', 'bill-parking'],
    ]);
  });

  it('find only the tables that the application permits the consumer', async () => {
    const { report, failures } = await deliver(app, handler, [{ plate: 'wrong table' }]);
    expect(report).toMatchObject({ done: 0, retried: 1 });
    expect(failures).toEqual([expect.stringContaining("the consumer has no table 'Secrets' in lib/app.ts")]);
    expect(process.env.TABLE_PAYMENTS).toBeUndefined();
  });

  it('need a handler that consumer() has made', async () => {
    const other = (async () => undefined) as unknown as typeof handler;
    await expect(deliver(app, other, [])).rejects.toThrow('the handler is none that consumer() of #consumer returned');
  });
});
