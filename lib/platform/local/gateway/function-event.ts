import { account } from '../assembly/pseudo-parameters.ts';
import type { GatewayRequest } from './gateway-request.ts';

/** What an authorizer found out about the caller, as functions are told. */
export type Caller =
  | { readonly iam: { readonly accessKey: string; readonly accountId: string; readonly userArn: string } }
  | { readonly jwt: { readonly claims: Readonly<Record<string, string>>; readonly scopes: readonly string[] | null } };

export interface EventSurroundings {
  readonly apiId: string;
  readonly stage: string;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly caller: Caller | undefined;
}

/** Bodies of these types reach functions as text, all others in base64. */
const textTypes = /^(?:text\/.*|application\/(?:json|javascript|xml))$/;

/**
 * Event of payload format 2.0
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
 */
export const functionEvent = (request: GatewayRequest, surroundings: EventSurroundings): object => {
  const { apiId, stage, routeKey, pathParameters, caller } = surroundings;
  const { cookie, ...headers } = request.headers;
  const contentType = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const isText = contentType === '' || textTypes.test(contentType);
  const query = queryParameters(request.query);
  return {
    version: '2.0',
    routeKey,
    rawPath: decodedPath(request.path),
    rawQueryString: request.query,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/[;,]\s*/) }),
    headers: {
      ...headers,
      'x-forwarded-for': request.sourceIp,
      'x-forwarded-port': (headers.host ?? '').split(':')[1] ?? '80',
      'x-forwarded-proto': 'http',
    },
    ...(query && { queryStringParameters: query }),
    requestContext: {
      accountId: account,
      apiId,
      ...(caller && {
        authorizer:
          'iam' in caller
            ? {
                iam: {
                  ...caller.iam,
                  callerId: caller.iam.accessKey,
                  cognitoIdentity: null,
                  principalOrgId: null,
                  userId: caller.iam.accessKey,
                },
              }
            : caller,
      }),
      domainName: (headers.host ?? '').split(':')[0],
      domainPrefix: apiId,
      http: {
        method: request.method,
        path: decodedPath(request.path),
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: request.id,
      routeKey,
      stage,
      time: commonLogTime(new Date(request.receivedAt)),
      timeEpoch: request.receivedAt,
    },
    ...(request.body.length > 0 && { body: request.body.toString(isText ? 'utf8' : 'base64') }),
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
};

const queryParameters = (query: string): Record<string, string> | undefined => {
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return values.size > 0 ? Object.fromEntries(values) : undefined;
};

const decodedPath = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};

/** `12/Mar/2020:19:03:58 +0000` */
const commonLogTime = (date: Date): string => {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(date.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
};
