import { expect, it, test } from '@jest/globals';
import type { IngestAuthorization, IngestSettings } from '../../../../lib/platform/config/environment.ts';
import { ingestProblems } from '../../../../lib/platform/config/validation/ingest-problems.ts';

const fit: IngestSettings = { authorization: { type: 'iam' }, requestsPerSecond: 50, burst: 100 };
const jwt = (change: object): IngestAuthorization =>
  ({ type: 'jwt', issuer: 'https://id.example.com/', audience: ['events'], ...change }) as IngestAuthorization;

it('settings within their limits are no problem', () => {
  expect(ingestProblems(fit)).toEqual([]);
  expect(ingestProblems({ ...fit, authorization: jwt({ scopes: ['publish'] }), maximumConcurrency: 20 })).toEqual([]);
});

test.each<[Partial<IngestSettings>, string]>([
  [{ requestsPerSecond: 0 }, 'ingest.requestsPerSecond is 0; API Gateway takes at least 1'],
  [{ burst: 5001 }, 'ingest.burst is 5001; API Gateway takes at most 5000'],
  [{ maximumConcurrency: 0 }, 'ingest.maximumConcurrency is 0; Lambda takes at least 1'],
  [{ authorization: { type: 'none' } as unknown as IngestAuthorization }, 'it must be iam or jwt'],
  [{ authorization: jwt({ issuer: 'http://id.example.com' }) }, 'takes an https URL'],
  [{ authorization: jwt({ issuer: 'id' }) }, 'takes an https URL'],
  [{ authorization: jwt({ audience: [] }) }, 'ingest.authorization.audience has 0 items'],
  [{ authorization: jwt({ scopes: [''] }) }, 'ingest.authorization.scopes holds an empty text'],
])('%j is refused with its name and limit', (change, problem) => {
  expect(ingestProblems({ ...fit, ...change })).toEqual([expect.stringContaining(problem)]);
});
