import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JwtAuthorizer } from '../../../../lib/platform/local/gateway/jwt-authorizer.ts';

const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 });
let server: Server;
let issuer = '';
let keyFetches = 0;

beforeAll(async () => {
  const used = new WeakSet<Socket>();
  server = createServer((request, response) => {
    // Closes a connection just as it is used again, as servers do that close idle ones.
    if (used.has(request.socket)) return request.socket.destroy();
    used.add(request.socket);
    if (request.url === '/keys') keyFetches++;
    const answer =
      request.url === '/keys'
        ? { keys: [{ ...ours.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }] }
        : { issuer, jwks_uri: `${issuer}/keys` };
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const seconds = () => Math.floor(Date.now() / 1000);
const token = (claims: object = {}, header: object = {}, key: KeyObject = ours.privateKey) => {
  const signable = `${part({ alg: 'RS256', kid: 'k1', ...header })}.${part({ iss: issuer, aud: 'events', sub: 'me', exp: seconds() + 60, ...claims })}`;
  return `${signable}.${sign('sha256', Buffer.from(signable), key).toString('base64url')}`;
};
const authorizer = (scopes: readonly string[] = []) => new JwtAuthorizer({ issuer, audience: ['events'], scopes });
const authorize = (authorization: string, scopes?: readonly string[]) =>
  authorizer(scopes).authorize({ headers: { authorization } });

describe('a bearer token', () => {
  it('of the issuer for this audience lets its holder in, and the function sees its claims', async () => {
    const outcome = await authorize(`Bearer ${token({ groups: ['a', 'b'] })}`);
    expect(outcome).toMatchObject({ caller: { jwt: { claims: { sub: 'me', groups: '[a b]' }, scopes: null } } });
  });

  it('that names a client instead of an audience will do', async () => {
    expect(await authorize(`Bearer ${token({ aud: undefined, client_id: 'events' })}`)).toHaveProperty('caller');
  });

  it('needs one of the scopes, where there are any', async () => {
    expect(await authorize(`Bearer ${token({ scope: 'read publish' })}`, ['publish'])).toHaveProperty('caller');
    expect(await authorize(`Bearer ${token({ scope: 'read' })}`, ['publish'])).toMatchObject({
      refusal: { status: 403 },
    });
  });

  it.each<[string, () => string, string]>([
    ['is missing', () => '', 'no bearer token'],
    ['is no JWT', () => 'Bearer a.b.c', 'no JWT'],
    ['is signed by somebody else', () => `Bearer ${token({}, {}, theirs.privateKey)}`, 'does not match'],
    [
      'was changed',
      () => `Bearer ${token().replace(/\.[^.]+\./, `.${part({ iss: issuer, aud: 'events', exp: 9e9 })}.`)}`,
      'does not match',
    ],
    ['is not signed', () => `Bearer ${part({ alg: 'none' })}.${part({ iss: issuer })}.x`, 'signed with none'],
    ['is signed with a secret', () => `Bearer ${token({}, { alg: 'HS256' })}`, 'signed with HS256'],
    ['has an unknown key', () => `Bearer ${token({}, { kid: 'k2' })}`, 'no key k2'],
    ['has another issuer', () => `Bearer ${token({ iss: 'https://elsewhere' })}`, 'issuer is https://elsewhere'],
    ['is for somebody else', () => `Bearer ${token({ aud: ['x'] })}`, 'for x'],
    ['has expired', () => `Bearer ${token({ exp: seconds() - 1 })}`, 'expired'],
    ['never expires', () => `Bearer ${token({ exp: undefined })}`, 'expired'],
    ['is not valid yet', () => `Bearer ${token({ nbf: seconds() + 60 })}`, 'not valid yet'],
  ])('that %s lets nobody in: 401', async (_, authorization, reason) => {
    expect(await authorize(authorization())).toMatchObject({
      refusal: { status: 401, headers: { 'www-authenticate': 'Bearer' } },
      reason: expect.stringContaining(reason),
    });
  });

  it('does not ask the issuer for its keys each time', async () => {
    const one = authorizer();
    keyFetches = 0;
    for (let count = 0; count < 3; count++) await one.authorize({ headers: { authorization: `Bearer ${token()}` } });
    expect(keyFetches).toBe(1);
  });
});
