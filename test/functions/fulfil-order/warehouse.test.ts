import { describe, expect, it } from '@jest/globals';
import { FatalError, RetryableError } from '#errors';
import { reserveStock } from '../../../functions/fulfil-order/warehouse.ts';

const reserve = (sku: string, attempt = 1, signal = new AbortController().signal) =>
  reserveStock(
    {
      type: 'order.placed',
      orderId: 'o-1',
      customerId: 'c-1',
      lines: [
        { sku: 'SKU-1', quantity: 1 },
        { sku, quantity: 2 },
      ],
    },
    { attempt, signal, idempotencyKey: 'm-1' },
  );

describe('the sandbox of the warehouse', () => {
  it('has everything in stock that is not made to fail', async () => {
    await expect(reserve('SKU-2')).resolves.toBeUndefined();
  });

  it.each([1, 2, 3])('does not answer for FLAKY-%i at as many attempts, then does', async (failures) => {
    for (let attempt = 1; attempt <= failures; attempt += 1)
      await expect(reserve(`FLAKY-${failures}`, attempt)).rejects.toThrow(RetryableError);
    await expect(reserve(`FLAKY-${failures}`, failures + 1)).resolves.toBeUndefined();
  });

  it('never answers in an outage', async () => {
    await expect(reserve('OUTAGE', 99)).rejects.toThrow(RetryableError);
  });

  it('gives up at once on what is not sold any more, and says which order', async () => {
    await expect(reserve('DISCONTINUED')).rejects.toThrow(FatalError);
    await expect(reserve('DISCONTINUED')).rejects.toThrow('DISCONTINUED of order o-1');
  });

  it('stops waiting for a slow answer when the time of the function is over', async () => {
    const controller = new AbortController();
    const reservation = reserve('SLOW-60000', 1, controller.signal);
    controller.abort();
    await expect(reservation).rejects.toThrow('aborted');
  });
});
