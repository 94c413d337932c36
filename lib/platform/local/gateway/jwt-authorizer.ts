import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import type { Authorization, Authorizer } from './authorizer.ts';
import type { Caller } from './function-event.ts';
import { gatewayMessage } from './gateway-response.ts';

export interface JwtSettings {
  readonly issuer: string;
  readonly audience: readonly string[];
  /** The token must have one of these; none: any token will do. */
  readonly scopes: readonly string[];
  /** Header that holds the token. @default authorization */
  readonly header?: string;
}

type Claims = Readonly<Record<string, unknown>>;

/** API Gateway takes RSA signatures only. */
const algorithms: Readonly<Record<string, string>> = { RS256: 'sha256', RS384: 'sha384', RS512: 'sha512' };

/** API Gateway keeps an issuer's keys for two hours. */
const keysKeptMilliseconds = 2 * 60 * 60 * 1000;
const fetchTimeoutMilliseconds = 5000;

/** The token is not what it should be; the message says why. */
class TokenError extends Error {
  override readonly name = 'TokenError';
}

/**
 * Authorization type JWT: a bearer token that the configured issuer signed, for this audience, valid now
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html). The issuer's keys are fetched from it.
 */
export class JwtAuthorizer implements Authorizer {
  readonly #settings: JwtSettings;
  readonly #now: () => number;
  #keys: { readonly byId: ReadonlyMap<string, KeyObject>; readonly until: number } | undefined;

  constructor(settings: JwtSettings, now: () => number = Date.now) {
    this.#settings = settings;
    this.#now = now;
  }

  async authorize({ headers }: { readonly headers: Readonly<Record<string, string>> }): Promise<Authorization> {
    try {
      const token = /^(?:Bearer\s+)?(\S+)$/i.exec(headers[this.#settings.header ?? 'authorization']?.trim() ?? '')?.[1];
      if (token === undefined) throw new TokenError('there is no bearer token');
      const claims = await this.#verified(token);
      this.#checkClaims(claims);
      const scopes = scopesOf(claims);
      const { scopes: wanted } = this.#settings;
      if (wanted.length > 0 && !wanted.some((scope) => scopes.includes(scope)))
        return {
          refusal: gatewayMessage(403, 'Forbidden', {
            'www-authenticate': `Bearer scope="${wanted.join(' ')}" error="insufficient_scope"`,
          }),
          reason: `the token has none of the scopes ${wanted.join(', ')}`,
        };
      return { caller: callerOf(claims, wanted.length > 0 ? scopes : null) };
    } catch (error) {
      const reason = error instanceof TokenError ? error.message : `the issuer's keys: ${(error as Error).message}`;
      return { refusal: gatewayMessage(401, 'Unauthorized', { 'www-authenticate': 'Bearer' }), reason };
    }
  }

  async #verified(token: string): Promise<Claims> {
    const [header = '', payload = '', signature = '', ...more] = token.split('.');
    if (signature === '' || more.length > 0) throw new TokenError('the token is no signed JWT');
    const { alg, kid } = decodedPart(header);
    const hash = algorithms[String(alg)];
    if (hash === undefined) throw new TokenError(`the token is signed with ${alg}; RS256, RS384 and RS512 are taken`);
    const key = await this.#key(String(kid));
    if (!verify(hash, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')))
      throw new TokenError('the signature of the token does not match');
    return decodedPart(payload);
  }

  #checkClaims(claims: Claims): void {
    const seconds = this.#now() / 1000;
    const { iss, aud, client_id: clientId, exp, nbf, iat } = claims;
    const { issuer, audience } = this.#settings;
    if (iss !== issuer) throw new TokenError(`the token's issuer is ${iss}, not ${issuer}`);
    const given = aud === undefined ? [clientId] : Array.isArray(aud) ? aud : [aud];
    if (!given.some((each) => audience.includes(String(each))))
      throw new TokenError(`the token is for ${given.join(', ')}, not for ${audience.join(', ')}`);
    if (typeof exp !== 'number' || exp <= seconds) throw new TokenError('the token has expired');
    if (nbf !== undefined && !(typeof nbf === 'number' && nbf <= seconds))
      throw new TokenError('the token is not valid yet');
    if (iat !== undefined && !(typeof iat === 'number' && iat <= seconds))
      throw new TokenError('the token was issued in the future');
  }

  async #key(id: string): Promise<KeyObject> {
    const known = this.#keys;
    const key = known && known.until > this.#now() ? known.byId.get(id) : undefined;
    if (key) return key;
    const byId = await fetchKeys(this.#settings.issuer);
    this.#keys = { byId, until: this.#now() + keysKeptMilliseconds };
    const fresh = byId.get(id);
    if (!fresh) throw new TokenError(`the issuer has no key ${id}`);
    return fresh;
  }
}

const fetchKeys = async (issuer: string): Promise<ReadonlyMap<string, KeyObject>> => {
  const { jwks_uri: address } = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const { keys } = await fetchJson(String(address));
  const usable = (keys as (JsonWebKey & { kid?: string })[]).filter(({ kty }) => kty === 'RSA');
  return new Map(usable.map((key) => [String(key.kid), createPublicKey({ key, format: 'jwk' })]));
};

const fetchJson = async (address: string): Promise<Record<string, unknown>> => {
  const response = await fetch(address, {
    // Asked for rarely: a connection kept from the last time would be about to end at the issuer's side.
    headers: { connection: 'close' },
    signal: AbortSignal.timeout(fetchTimeoutMilliseconds),
  });
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  return (await response.json()) as Record<string, unknown>;
};

const decodedPart = (part: string): Claims => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    if (typeof value === 'object' && value !== null) return value as Claims;
  } catch {
    // Said below, in the same words as for a part that is no object.
  }
  throw new TokenError('the token is no JWT');
};

/** `scope` is a text with spaces between, `scp` of some issuers a list. */
const scopesOf = ({ scope, scp }: Claims): string[] =>
  [scope, scp].flatMap((value) =>
    Array.isArray(value) ? value.map(String) : typeof value === 'string' ? value.split(' ') : [],
  );

/** Functions get claims as texts; lists in brackets, as API Gateway writes them. */
const callerOf = (claims: Claims, scopes: readonly string[] | null): Caller => ({
  jwt: {
    claims: Object.fromEntries(
      Object.entries(claims).map(([name, value]) => [
        name,
        Array.isArray(value)
          ? `[${value.join(' ')}]`
          : typeof value === 'object'
            ? JSON.stringify(value)
            : String(value),
      ]),
    ),
    scopes,
  },
});
