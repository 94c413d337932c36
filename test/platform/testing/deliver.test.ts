import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { application } from '../../../lib/platform/declaration/application.ts';
import { consumer } from '../../../lib/platform/runtime/consumer.ts';
import { FatalError } from '../../../lib/platform/runtime/errors.ts';
import { settings } from '../../../lib/platform/runtime/settings.ts';
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

const charging = application({
  name: 'parking',
  exchanges: { events: { type: 'topic' } },
  consumers: { charge: { on: { events: ['car.left'] }, variables: ['BANK_URL'], secrets: ['BANK_KEY'] } },
});
const { variable, secret } = settings<typeof charging>();

const charge = consumer({
  queue: 'charge',
  message: z.object({ plate: z.string() }),
  handle: async ({ id }, { transact }) => {
    const Item = { id: { S: id }, at: { S: variable('BANK_URL') }, with: { S: await secret('BANK_KEY') } };
    await transact([{ Put: { TableName: 'any', Item } }]);
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

  it('meet the variables and secrets that the test gives, and that alone', async () => {
    const values = { variables: { BANK_URL: 'https://bank.example.com' }, secrets: { BANK_KEY: 'hunter2' } };
    const { failures, written } = await deliver(charging, charge, [{ plate: 'A' }], values);
    expect(failures).toEqual([]);
    expect(written).toMatchObject([
      { Put: { Item: { at: { S: 'https://bank.example.com' }, with: { S: 'hunter2' } } } },
    ]);
    const changed = await deliver(charging, charge, [{ plate: 'A' }], { ...values, secrets: { BANK_KEY: 'new' } });
    expect(changed.written).toMatchObject([{ Put: { Item: { with: { S: 'new' } } } }]);
    expect(process.env.BANK_URL).toBeUndefined();
    await expect(deliver(charging, charge, [{ plate: 'A' }], { variables: values.variables })).rejects.toThrow(
      "the consumer uses BANK_KEY: give deliver a value for it, such as { secrets: { BANK_KEY: '…' } }",
    );
    // @ts-expect-error the application has no such variable
    await deliver(charging, charge, [], { ...values, variables: { ...values.variables, BANK_ULR: 'x' } });
  });

  it('need a handler that consumer() has made', async () => {
    const other = (async () => undefined) as unknown as typeof handler;
    await expect(deliver(app, other, [])).rejects.toThrow('the handler is none that consumer() of #consumer returned');
  });
});
