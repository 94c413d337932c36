import { expect, it } from '@jest/globals';
import { rateMilliseconds } from '../../../../lib/platform/local/schedule/rate.ts';

it.each([
  ['rate(1 minute)', 60_000],
  ['rate(5 minutes)', 300_000],
  ['rate(1 hour)', 3_600_000],
  ['rate(2 days)', 172_800_000],
  ['rate(1 minutes)', undefined],
  ['rate(5 minute)', undefined],
  ['rate(0 minutes)', undefined],
  ['cron(0 12 * * ? *)', undefined],
])('%s is %p ms', (expression, milliseconds) => {
  expect(rateMilliseconds(expression)).toBe(milliseconds);
});
