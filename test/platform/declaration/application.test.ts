import { describe, expect, it } from '@jest/globals';
import type { Environment } from '../../../lib/platform/config/environment.ts';
import { tableVariable } from '../../../lib/platform/config/function-environment.ts';
import { type Application, application } from '../../../lib/platform/declaration/application.ts';
import { environmentOf } from '../../../lib/platform/declaration/environment-of.ts';
import { topologyOf } from '../../../lib/platform/declaration/topology-of.ts';
import { validateApplication } from '../../../lib/platform/declaration/validate-application.ts';
import { otherEnvironments } from '../application/environments.ts';

const shop: Application = {
  name: 'shop',
  exchanges: { events: { type: 'topic' }, files: { type: 'headers' } },
  tables: { Bills: { partitionKey: 'id' } },
  consumers: {
    bill: {
      on: { events: ['car.left', 'car.lost'] },
      tables: { Bills: ['PutItem'] },
      variables: ['BANK_URL'],
      secrets: ['BANK_KEY'],
      deliveryLimit: 7,
    },
    scan: { bindings: [{ exchange: 'files', arguments: { kind: 'photo' } }] },
  },
};
const [anyLocal] = otherEnvironments as readonly [Environment];
const local: Environment = {
  ...anyLocal,
  variables: { BANK_URL: 'https://bank.example.com' },
  secrets: { BANK_KEY: 'bank/key' },
};

describe('what an application needs on the broker', () => {
  it('are its exchanges, and its consumers with a binding for each type of event', () => {
    expect(topologyOf(shop)).toEqual({
      exchanges: shop.exchanges,
      consumers: {
        bill: {
          bindings: [
            { exchange: 'events', routingKey: 'car.left' },
            { exchange: 'events', routingKey: 'car.lost' },
          ],
          deliveryLimit: 7,
        },
        scan: { bindings: [{ exchange: 'files', arguments: { kind: 'photo' } }] },
      },
      publishers: {},
    });
  });

  it('is a publisher for its outbox and one for its HTTP API', () => {
    const publishes = [{ exchange: 'events', scheduled: true }];
    const declared = topologyOf({
      ...shop,
      publishers: { gate: { publishes } },
      outbox: { publishes },
      httpApi: { exchange: 'events' },
    });
    expect(declared.publishers).toEqual({
      'outbox-relay': { publishes },
      gate: { publishes },
      ingest: { publishes: [{ exchange: 'events' }] },
    });
  });
});

describe('an application that contradicts itself', () => {
  it.each<[string, Partial<Application>, string]>([
    [
      'uses a table that it does not have',
      { consumers: { bill: { tables: { Bill: ['PutItem'] } } } },
      "lib/app.ts: consumer 'bill' uses table 'Bill', which is not declared (declared: Bills)",
    ],
    [
      'uses a table for nothing',
      { consumers: { bill: { tables: { Bills: [] } } } },
      "consumer 'bill' uses table 'Bills' without an action: name one",
    ],
    [
      'has a table whose name no stack takes',
      { tables: { Bills: { partitionKey: 'id' }, 'paid-bills': { partitionKey: 'id' } } },
      "table 'paid-bills' must have a name of letters and digits, the first one a capital",
    ],
    [
      'has tables that functions could not tell apart',
      { tables: { Bills: { partitionKey: 'id' }, BillS: { partitionKey: 'id' }, BILL_S: { partitionKey: 'id' } } },
      "tables 'BillS' and 'BILL_S' would both be TABLE_BILL_S to functions: rename one",
    ],
    [
      'uses a variable whose name no function takes',
      { consumers: { bill: { variables: ['bankUrl'] } } },
      "'bankUrl' must be in capitals, digits and _, a capital first, to be a variable or a secret, such as WEBHOOK_URL",
    ],
    [
      'uses a variable that the stacks set',
      { consumers: { bill: { variables: ['BROKER_ENDPOINTS'] } } },
      "variable 'BROKER_ENDPOINTS' is taken by Lambda or the stacks: rename it",
    ],
    [
      'uses a variable that Lambda sets',
      { consumers: { bill: { variables: ['AWS_REGION'] } } },
      "variable 'AWS_REGION' is taken",
    ],
    [
      'uses a variable that leads to a table',
      { consumers: { bill: { variables: ['TABLE_BILLS'] } } },
      "variable 'TABLE_BILLS' is taken",
    ],
    [
      'uses a secret by the name of a variable',
      { consumers: { bill: { variables: ['BANK_KEY'] }, scan: { secrets: ['BANK_KEY'] } } },
      "'BANK_KEY' is a variable and a secret: rename one",
    ],
    [
      'has a publisher by the name of what the outbox makes',
      { publishers: { 'outbox-relay': { publishes: [] } } },
      "publisher 'outbox-relay' has the name of the outbox's: declare the outbox with outbox: { … }, or rename it",
    ],
    [
      'has a publisher by the name of what the HTTP API makes',
      { publishers: { ingest: { publishes: [] } } },
      "publisher 'ingest' has the name of the HTTP API's: declare it with httpApi: { … }, or rename it",
    ],
  ])('is refused when it %s', (_, change, problem) => {
    expect(() => validateApplication({ ...shop, ...change })).toThrow(problem);
  });

  it('is refused with all that is wrong', () => {
    const wrong = { ...shop, publishers: { ingest: { publishes: [] } }, tables: {} };
    expect(() => validateApplication(wrong)).toThrow(/uses table 'Bills'.* · publisher 'ingest'/);
  });

  it('is an error in the editor where it names what it does not have', () => {
    const exchanges = { events: { type: 'topic' } } as const;
    const tables = { Bills: { partitionKey: 'id' } };
    // @ts-expect-error table Bill is not declared
    application({ name: 'x', exchanges, tables, consumers: { bill: { tables: { Bill: ['PutItem'] } } } });
    // @ts-expect-error exchange evnts is not declared
    application({ name: 'x', exchanges, consumers: { bill: { on: { evnts: ['car.left'] } } } });
    // @ts-expect-error exchange evnts is not declared
    application({ name: 'x', exchanges, consumers: {}, httpApi: { exchange: 'evnts' } });
    expect(application({ name: 'x', exchanges, tables, consumers: {} }).tables).toBe(tables);
  });
});

describe('settings of a consumer', () => {
  const withSettings = (batchSize: number): Application => ({
    ...shop,
    consumers: { ...shop.consumers, bill: { ...shop.consumers.bill, settings: { batchSize, memoryMegabytes: 256 } } },
  });

  it('in the application are for every environment, which may set them differently again', () => {
    const environment = { ...local, consumers: { bill: { batchSize: 5 } } };
    expect(environmentOf(withSettings(10), environment).consumers).toEqual({
      bill: { batchSize: 5, memoryMegabytes: 256 },
    });
    expect(environmentOf(withSettings(10), local).consumers).toEqual({ bill: { batchSize: 10, memoryMegabytes: 256 } });
    expect(environmentOf(shop, local)).toBe(local);
  });

  it('are held to the same limits', () => {
    expect(() => environmentOf(withSettings(20_000), local)).toThrow(
      'consumers.bill.batchSize is 20000; Lambda takes at most 10000',
    );
  });
});

it('a function knows a table by a variable', () => {
  expect(['Orders', 'AuditLog', 'A2Things'].map(tableVariable)).toEqual([
    'TABLE_ORDERS',
    'TABLE_AUDIT_LOG',
    'TABLE_A2_THINGS',
  ]);
});
