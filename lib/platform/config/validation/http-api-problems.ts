import type { HttpApiAuthorization, HttpApiSettings } from '../environment.ts';
import { type Problem, wholeNumber } from '../limits.ts';

/** What is wrong with the settings of the HTTP API. Limits: "Quotas for HTTP APIs" in the developer guide of API Gateway. */
export const httpApiProblems = (settings: HttpApiSettings): readonly Problem[] => [
  ...authorizationProblems(settings.authorization),
  ...wholeNumber('httpApi.requestsPerSecond', settings.requestsPerSecond, {
    least: 1,
    most: 10_000,
    limit: 'API Gateway takes',
  }),
  ...wholeNumber('httpApi.burst', settings.burst, { least: 1, most: 5000, limit: 'API Gateway takes' }),
  ...(settings.maximumConcurrency === undefined
    ? []
    : wholeNumber('httpApi.maximumConcurrency', settings.maximumConcurrency, {
        least: 1,
        most: 100_000,
        limit: 'Lambda takes',
      })),
];

const authorizationProblems = (authorization: HttpApiAuthorization): readonly Problem[] => {
  if (authorization.type === 'iam') return [];
  if (authorization.type !== 'jwt')
    return [
      `httpApi.authorization.type is ${JSON.stringify((authorization as { type?: unknown }).type)}; it must be iam or jwt`,
    ];
  const { issuer, audience, scopes } = authorization;
  return [
    ...(issuerIsFit(issuer)
      ? []
      : [`httpApi.authorization.issuer is ${JSON.stringify(issuer)}; API Gateway takes an https URL without query`]),
    ...texts('httpApi.authorization.audience', audience, 50),
    ...(scopes === undefined ? [] : texts('httpApi.authorization.scopes', scopes, 10)),
  ];
};

const issuerIsFit = (issuer: string): boolean => {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  return url?.protocol === 'https:' && url.search === '' && url.hash === '';
};

const texts = (property: string, values: readonly string[], most: number): readonly Problem[] => {
  if (values.length < 1 || values.length > most)
    return [`${property} has ${values.length} items; API Gateway takes 1 to ${most}`];
  return values.some((value) => value === '') ? [`${property} holds an empty text`] : [];
};
