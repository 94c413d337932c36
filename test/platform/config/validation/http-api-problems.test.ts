import { expect, it, test } from '@jest/globals';
import type { HttpApiAuthorization, HttpApiSettings } from '../../../../lib/platform/config/environment.ts';
import { httpApiProblems } from '../../../../lib/platform/config/validation/http-api-problems.ts';

const fit: HttpApiSettings = { authorization: { type: 'iam' }, requestsPerSecond: 50, burst: 100 };
const jwt = (change: object): HttpApiAuthorization =>
  ({ type: 'jwt', issuer: 'https://id.example.com/', audience: ['events'], ...change }) as HttpApiAuthorization;

it('settings within their limits are no problem', () => {
  expect(httpApiProblems(fit)).toEqual([]);
  expect(httpApiProblems({ ...fit, authorization: jwt({ scopes: ['publish'] }), maximumConcurrency: 20 })).toEqual([]);
});

test.each<[Partial<HttpApiSettings>, string]>([
  [{ requestsPerSecond: 0 }, 'httpApi.requestsPerSecond is 0; API Gateway takes at least 1'],
  [{ burst: 5001 }, 'httpApi.burst is 5001; API Gateway takes at most 5000'],
  [{ maximumConcurrency: 0 }, 'httpApi.maximumConcurrency is 0; Lambda takes at least 1'],
  [{ authorization: { type: 'none' } as unknown as HttpApiAuthorization }, 'it must be iam or jwt'],
  [{ authorization: jwt({ issuer: 'http://id.example.com' }) }, 'takes an https URL'],
  [{ authorization: jwt({ issuer: 'id' }) }, 'takes an https URL'],
  [{ authorization: jwt({ audience: [] }) }, 'httpApi.authorization.audience has 0 items'],
  [{ authorization: jwt({ scopes: [''] }) }, 'httpApi.authorization.scopes holds an empty text'],
])('%j is refused with its name and limit', (change, problem) => {
  expect(httpApiProblems({ ...fit, ...change })).toEqual([expect.stringContaining(problem)]);
});
