import { describe, expect, it } from '@jest/globals';
import { bare } from '../../../../lib/platform/cli/init/bare.ts';
import { changed, type Texts } from '../../../../lib/platform/cli/init/texts.ts';

const template: Texts = {
  'lib/app.ts': `export const app = application({
  name: 'events',
  tables: {
    Orders: { partitionKey: 'orderId' },
    AuditLog: { partitionKey: 'messageId' },
    Payments: { partitionKey: 'paymentId' },
  },
  consumers: {
    'fulfil-order': { on: { events: ['order.placed'] }, tables: { Orders: ['UpdateItem'] } },
    // Ours.
    'bill-parking': { on: { events: ['car.left'] }, tables: { Payments: ['PutItem'], AuditLog: ['GetItem'] } },
    'audit-log': { on: { events: ['#'] }, tables: { AuditLog: ['PutItem'] } },
  },
});
`,
  'functions/events.ts': `import * as z from 'zod/mini';
import { event } from '#events';

const orderId = z.string();

/** Of an order. */
export const orderPlaced = z.object({ orderId });

/** Of a car. */
export const carLeft = z.object({ plate: z.string() });

export const events = {
  'order.placed': event({ schema: orderPlaced, example: { orderId: '1' } }),
  'car.left': event({ schema: carLeft, example: { plate: 'A' } }),
};
`,
  'functions/effects.ts': `import type { Effects } from '#demo';

export const effects: Effects = {
  'fulfil-order': { table: 'Orders', count: (rows) => new Map() },
  'bill-parking': { table: 'Payments', count: (rows) => new Map() },
};
`,
  'functions/fulfil-order/handler.ts': "import { orderPlaced } from '../events.ts';\n",
  'functions/bill-parking/handler.ts': "import { carLeft } from '../events.ts';\n",
  'test/functions/fulfil-order/orders.test.ts': '',
  'test/functions/bill-parking/handler.test.ts':
    "import { handler } from '../../../functions/bill-parking/handler.ts';\n",
};
const barePaths = ['functions/bill-parking/handler.ts', 'functions/effects.ts', 'functions/events.ts'];

describe('a project without the samples', () => {
  const without = changed(template, bare(template));

  it('has what you have added, and what that uses', () => {
    expect(Object.keys(without).sort()).toEqual([
      ...barePaths,
      'lib/app.ts',
      'test/functions/bill-parking/handler.test.ts',
    ]);
    expect(without['lib/app.ts']).toBe(`export const app = application({
  name: 'events',
  tables: {
    AuditLog: { partitionKey: 'messageId' },
    Payments: { partitionKey: 'paymentId' },
  },
  consumers: {
    // Ours.
    'bill-parking': { on: { events: ['car.left'] }, tables: { Payments: ['PutItem'], AuditLog: ['GetItem'] } },
  },
});
`);
    expect(without['functions/events.ts']).toBe(`import * as z from 'zod/mini';
import { event } from '#events';

/** Of a car. */
export const carLeft = z.object({ plate: z.string() });

export const events = {
  'car.left': event({ schema: carLeft, example: { plate: 'A' } }),
};
`);
    expect(without['functions/effects.ts']).toBe(`import type { Effects } from '#demo';

export const effects: Effects = {
  'bill-parking': { table: 'Payments', count: (rows) => new Map() },
};
`);
  });

  it('stays as it is when the samples are taken out again', () => {
    expect(bare(without)).toEqual([]);
  });

  it('is refused where a file of yours needs a sample, naming both', () => {
    const needing: Texts = {
      ...template,
      'functions/bill-parking/handler.ts':
        "import { carLeft, orderPlaced as placed } from '../events.ts';\nimport { x } from '../fulfil-order/handler.ts';\n",
    };
    expect(() => bare(needing)).toThrow(`files of yours need the samples; make them do without first:
  functions/bill-parking/handler.ts imports orderPlaced of functions/events.ts
  functions/bill-parking/handler.ts imports functions/fulfil-order/handler.ts`);
  });
});
