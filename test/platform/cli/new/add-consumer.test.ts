import { describe, expect, it } from '@jest/globals';
import { addConsumer, type NewConsumer, withConsumer } from '../../../../lib/platform/cli/new/add-consumer.ts';
import { addField, declaredEvent, hasField, isText } from '../../../../lib/platform/cli/new/declared-event.ts';
import { parseTable } from '../../../../lib/platform/cli/new/names.ts';
import { edited } from '../../../../lib/platform/cli/source/edit.ts';
import { parseSource } from '../../../../lib/platform/cli/source/source.ts';
import { application } from '../../../../lib/platform/declaration/application.ts';

const text = `export const app = application({
  name: 'parking',
  exchanges: { events: { type: 'topic' } },
  // Nothing yet.
  consumers: {},
});
`;
const asked: NewConsumer = { name: 'bill-parking', on: ['car.left'], exchange: 'events', table: undefined };
const add = (consumer: Partial<NewConsumer>, to = text) =>
  addConsumer(parseSource('lib/app.ts', to), { ...asked, ...consumer });
const payments = { name: 'Payments', partitionKey: 'paymentId' };
const flat = (code: string) => code.replaceAll(/\s+/g, ' ');

describe('a consumer that is added', () => {
  it('is declared with its events', () => {
    expect(flat(add({}))).toBe(
      "export const app = application({ name: 'parking', exchanges: { events: { type: 'topic' } }, // Nothing yet. consumers: { 'bill-parking': { on: { events: ['car.left'] }, }, }, }); ",
    );
  });

  it('brings its table, unless that is declared', () => {
    const once = add({ table: payments });
    expect(flat(once)).toContain("tables: { Payments: { partitionKey: 'paymentId' }, }");
    expect(flat(once)).toContain("tables: { Payments: ['PutItem'] }");
    const twice = add({ name: 'refund', table: { ...payments, partitionKey: undefined } }, once);
    expect(twice.match(/Payments: \{ partitionKey/g)).toHaveLength(1);
    expect(twice.match(/Payments: \['PutItem'\]/g)).toHaveLength(2);
  });

  it('is in the application that is validated', () => {
    const app = application({ name: 'parking', exchanges: { events: { type: 'topic' } }, consumers: {} });
    expect(withConsumer(app, { ...asked, table: payments })).toEqual({
      ...app,
      tables: { Payments: { partitionKey: 'paymentId' } },
      consumers: { 'bill-parking': { on: { events: ['car.left'] }, tables: { Payments: ['PutItem'] } } },
    });
  });

  it.each<[string, Partial<NewConsumer>, string]>([
    ['a name that is none', { name: 'Bill' }, "'Bill' is no name of a consumer: it takes lowercase letters"],
    ['the folder of the HTTP API', { name: 'http-api' }, 'functions/http-api is there for something else'],
    [
      'a table that nobody declares',
      { table: { name: 'Payments', partitionKey: undefined } },
      'lib/app.ts has no table Payments (it has: none); for a new one, say its partition key: --table Payments:paymentId',
    ],
  ])('is refused with %s', (_, consumer, problem) => {
    expect(() => add(consumer)).toThrow(problem);
  });

  it('is refused when it is there, and with another key for its table', () => {
    const once = add({ table: payments });
    expect(() => add({}, once)).toThrow("lib/app.ts has the consumer 'bill-parking' already");
    expect(() => add({ name: 'refund', table: { ...payments, partitionKey: 'id' } }, once)).toThrow(
      "lib/app.ts: table Payments has the partition key 'paymentId', not 'id'",
    );
  });
});

it('a table is named with its partition key, or without', () => {
  expect(parseTable('Payments:paymentId')).toEqual(payments);
  expect(parseTable('Payments')).toEqual({ name: 'Payments', partitionKey: undefined });
  for (const wrong of ['payments', 'Payments:', 'Pay-ments', 'A:b:c'])
    expect(() => parseTable(wrong)).toThrow(`'${wrong}' is no table`);
});

describe('the events of a consumer', () => {
  const source = parseSource(
    'functions/events.ts',
    `const carLeft = z.object({ type: z.literal('car.left') });
export const events = {
  'car.left': event({ schema: carLeft, example: { type: 'car.left', minutes: 5 } }),
  'car.entered': event({ schema: carLeft.extend({}), example: { ...other } }),
};`,
  );

  it('are known by their schema and the fields of their examples', () => {
    const event = declaredEvent(source, 'car.left');
    expect(event.schema).toEqual({ identifier: 'carLeft' });
    expect(['type', 'minutes', 'plate'].map((field) => hasField(event, field))).toEqual([true, true, false]);
    expect(isText(event, 'minutes')).toBe(false);
    expect(declaredEvent(source, 'car.entered').schema).toEqual({ expression: "events['car.entered'].schema" });
  });

  it('get the field by which they are ordered', () => {
    const changed = edited(source.text, addField(source, declaredEvent(source, 'car.left'), 'carId'));
    expect(flat(changed)).toContain(
      "z.object({ type: z.literal('car.left'), carId: z.string().check(z.minLength(1)), })",
    );
    expect(flat(changed)).toContain("example: { type: 'car.left', minutes: 5, carId: 'car-1', }");
  });

  it('are refused where the field cannot be added, and where they are unknown', () => {
    expect(() => addField(source, declaredEvent(source, 'car.entered'), 'plate')).toThrow(
      "functions/events.ts: event 'car.entered' has no field 'plate' in its example: add it there and to the schema",
    );
    expect(() => declaredEvent(source, 'car.lef')).toThrow(
      "functions/events.ts has no event 'car.lef' (it has: car.left, car.entered); npm run new -- event car.lef adds it",
    );
  });
});
