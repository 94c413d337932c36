import { describe, expect, it } from '@jest/globals';
import { reserveStock } from '../../../functions/fulfil-order/warehouse.ts';

const reserve = (sku: string, signal = new AbortController().signal) =>
  reserveStock(
    { type: 'order.placed', orderId: 'o-1', customerId: 'c-1', lines: [{ sku, quantity: 2 }] },
    { signal, idempotencyKey: 'm-1' },
  );

describe('the stand-in for the warehouse', () => {
  it('has every article in stock, whatever it is called', async () => {
    for (const sku of ['SKU-1', 'OUTAGE', 'DISCONTINUED', 'FLAKY-2', 'SLOW-60000'])
      await expect(reserve(sku)).resolves.toBeUndefined();
  });

  it('reserves nothing when the time of the function is over', async () => {
    await expect(reserve('SKU-1', AbortSignal.abort())).rejects.toThrow('aborted');
  });
});
