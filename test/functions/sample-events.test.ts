import { describe, expect, it } from '@jest/globals';
import { orderEvent, userRegistered } from '../../functions/events.ts';

const placed = {
  type: 'order.placed',
  orderId: 'o-1',
  customerId: 'c-1',
  lines: [{ sku: 'SKU-1', quantity: 1 }],
};
const pathsRefused = (body: unknown) =>
  (orderEvent.safeParse(body).error?.issues ?? []).map(({ path }) => path.join('.'));

describe('order events', () => {
  it('are placed or cancelled', () => {
    expect(orderEvent.safeParse(placed).success).toBe(true);
    expect(orderEvent.safeParse({ type: 'order.cancelled', orderId: 'o-1', reason: '' }).success).toBe(true);
    expect(orderEvent.safeParse({ ...placed, type: 'order.shipped' }).success).toBe(false);
  });

  it.each([
    ['an empty order id', { ...placed, orderId: '' }, 'orderId'],
    ['no lines', { ...placed, lines: [] }, 'lines'],
    ['a quantity of zero', { ...placed, lines: [{ sku: 'SKU-1', quantity: 0 }] }, 'lines.0.quantity'],
    ['half an article', { ...placed, lines: [{ sku: 'SKU-1', quantity: 0.5 }] }, 'lines.0.quantity'],
    ['no customer', { ...placed, customerId: undefined }, 'customerId'],
  ])('are refused with %s, naming the field', (_, body, path) => {
    expect(pathsRefused(body)).toContain(path);
  });
});

describe('registrations', () => {
  it('need an address but no telephone', () => {
    const user = { type: 'user.registered', userId: 'u-1', email: 'u@example.com' };
    expect(userRegistered.safeParse(user).success).toBe(true);
    expect(userRegistered.safeParse({ ...user, phone: '+14155550100' }).success).toBe(true);
    expect(userRegistered.safeParse({ ...user, email: undefined }).success).toBe(false);
  });
});
