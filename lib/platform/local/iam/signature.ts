import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A request as its signature covers it. */
export interface SignableRequest {
  readonly method: string;
  /** Path and query as they are on the wire. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface SigningScope {
  readonly region: string;
  /** Signing name, e.g. `execute-api`. */
  readonly service: string;
}

/** What an `Authorization` header of Signature Version 4 says. */
interface Claimed {
  readonly accessKeyId: string;
  readonly date: string;
  readonly scope: SigningScope;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** Whose request it is, or why that cannot be told. */
export type Verification =
  | { readonly accessKeyId: string }
  | { readonly accessKeyId?: undefined; readonly reason: string };

/** How far clocks may be apart: five minutes, as on AWS. */
const maximumSkewMilliseconds = 5 * 60 * 1000;

/**
 * Verifies the signature of a request as AWS does
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html): header, not query string.
 *
 * @param secretOf secret access key by access key id
 */
export const verifySignature = (
  request: SignableRequest,
  expected: SigningScope,
  secretOf: (accessKeyId: string) => string | undefined,
  now: number,
): Verification => {
  const claimed = claimedBy(request.headers.authorization);
  if (!claimed) return { reason: 'the Authorization header is missing or not of Signature Version 4' };
  const { accessKeyId, scope, signedHeaders } = claimed;
  if (scope.region !== expected.region || scope.service !== expected.service)
    return {
      reason: `the request is signed for ${scope.service} in ${scope.region}, not for ${expected.service} in ${expected.region}`,
    };
  const time = request.headers['x-amz-date'] ?? '';
  const milliseconds = millisecondsOf(time);
  if (milliseconds === undefined || !time.startsWith(claimed.date))
    return { reason: 'x-amz-date is missing, or not of the day of the signature' };
  if (Math.abs(now - milliseconds) > maximumSkewMilliseconds)
    return { reason: `the request was signed at ${time}, more than five minutes from now` };
  const unsigned = ['host', ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))].filter(
    (name) => !signedHeaders.includes(name),
  );
  if (unsigned.length > 0) return { reason: `the signature does not cover ${unsigned.join(', ')}` };
  const secret = secretOf(accessKeyId);
  if (secret === undefined) return { reason: `access key ${accessKeyId} is not known` };
  const signature = signatureOf(request, { scope, signedHeaders, time, secret });
  if (!timingSafeEqual(Buffer.from(signature), Buffer.from(claimed.signature)))
    return { reason: 'the signature does not match: another secret, or the request was changed after it was signed' };
  return { accessKeyId };
};

/** The `Authorization` header for a request that has `host` and `x-amz-date`; all its headers are signed. */
export const authorizationFor = (
  request: SignableRequest,
  scope: SigningScope,
  keys: { readonly accessKeyId: string; readonly secretAccessKey: string },
): string => {
  const time = request.headers['x-amz-date'] ?? '';
  const signedHeaders = Object.keys(request.headers).sort();
  const signature = signatureOf(request, { scope, signedHeaders, time, secret: keys.secretAccessKey });
  const credential = [keys.accessKeyId, time.slice(0, 8), scope.region, scope.service, 'aws4_request'].join('/');
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
};

const claimedBy = (authorization = ''): Claimed | undefined => {
  const [, accessKeyId, date, region, service, headers, signature] =
    /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
      authorization.trim(),
    ) ?? [];
  return accessKeyId && date && region && service && headers && signature
    ? { accessKeyId, date, scope: { region, service }, signedHeaders: headers.split(';'), signature }
    : undefined;
};

interface Signing {
  readonly scope: SigningScope;
  readonly signedHeaders: readonly string[];
  /** `20260101T120000Z` */
  readonly time: string;
  readonly secret: string;
}

const signatureOf = (request: SignableRequest, { scope, signedHeaders, time, secret }: Signing): string => {
  const date = time.slice(0, 8);
  const text = [
    'AWS4-HMAC-SHA256',
    time,
    [date, scope.region, scope.service, 'aws4_request'].join('/'),
    sha256(canonicalRequest(request, signedHeaders)),
  ].join('\n');
  const key = [date, scope.region, scope.service, 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${secret}`);
  return hmac(key, text).toString('hex');
};

const canonicalRequest = (request: SignableRequest, signedHeaders: readonly string[]): string => {
  const [path = '/', query = ''] = splitOnce(request.url, '?');
  return [
    request.method,
    // Every service but S3 has the path encoded a second time.
    path.split('/').map(encode).join('/'),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n');
};

const canonicalQuery = (query: string): string =>
  query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => splitOnce(pair, '=').map((part) => encode(decoded(part))))
    .map(([name = '', value = '']) => `${name}=${value}`)
    .sort()
    .join('&');

const splitOnce = (text: string, separator: string): string[] => {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const millisecondsOf = (time: string): number | undefined => {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time);
  if (!parts) return undefined;
  const [year = 0, month = 0, ...rest] = parts.slice(1).map(Number);
  return Date.UTC(year, month - 1, ...rest);
};

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
