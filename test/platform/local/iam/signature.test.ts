import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import {
  authorizationFor,
  type SignableRequest,
  verifySignature,
} from '../../../../lib/platform/local/iam/signature.ts';

const scope = { region: 'us-east-1', service: 'execute-api' };
const keys = { accessKeyId: 'AKID', secretAccessKey: 'secret' };
const secretOf = (id: string) => (id === 'AKID' ? 'secret' : undefined);
const now = Date.UTC(2026, 0, 1, 12);

const request = (change: Partial<SignableRequest> = {}): SignableRequest => ({
  method: 'POST',
  url: '/events/order.placed?b=2&a=%20x&a=1',
  headers: { host: 'localhost:1', 'x-amz-date': '20260101T120000Z', 'content-type': 'application/json' },
  body: Buffer.from('{}'),
  ...change,
});
const signed = (given = request()): SignableRequest => ({
  ...given,
  headers: { ...given.headers, authorization: authorizationFor(given, scope, keys) },
});
const verify = (given: SignableRequest, time = now) => verifySignature(given, scope, secretOf, time);

describe('a signed request', () => {
  it('is recognised as its signer', () => {
    expect(verify(signed())).toEqual({ accessKeyId: 'AKID' });
  });

  it('that AWS published as an example has the signature that AWS published', () => {
    // "get-vanilla-query-order-key-case" of the Signature Version 4 test suite.
    const example: SignableRequest = {
      method: 'GET',
      url: '/?Param2=value2&Param1=value1',
      headers: { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z' },
      body: Buffer.alloc(0),
    };
    const authorization = authorizationFor(
      example,
      { region: 'us-east-1', service: 'service' },
      { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
    );
    expect(authorization).toContain('Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500');
  });

  it('of the AWS SDK is understood', async () => {
    let captured: SignableRequest | undefined;
    const server = createServer(async (message, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of message) chunks.push(chunk as Buffer);
      captured = {
        method: message.method ?? '',
        url: message.url ?? '',
        headers: message.headers as Record<string, string>,
        body: Buffer.concat(chunks),
      };
      response.end('{"TableNames":[]}');
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const client = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { ...keys, sessionToken: 'a/session+token=' },
    });
    try {
      await client.send(new ListTablesCommand({}));
    } finally {
      client.destroy();
      server.close();
    }
    const dynamoDb = { region: 'us-east-1', service: 'dynamodb' };
    expect(captured && verifySignature(captured, dynamoDb, secretOf, Date.now())).toEqual({ accessKeyId: 'AKID' });
  });

  it.each<[string, (given: SignableRequest) => SignableRequest, string]>([
    ['with another body', (given) => ({ ...given, body: Buffer.from('{ }') }), 'does not match'],
    ['for another path', (given) => ({ ...given, url: '/events/order.cancelled' }), 'does not match'],
    ['with another query', (given) => ({ ...given, url: `${given.url}&c=3` }), 'does not match'],
    ['with another method', (given) => ({ ...given, method: 'PUT' }), 'does not match'],
    [
      'with another signed header',
      (given) => ({ ...given, headers: { ...given.headers, 'content-type': 'text/plain' } }),
      'does not match',
    ],
    [
      'with an AWS header that nobody signed',
      (given) => ({ ...given, headers: { ...given.headers, 'x-amz-security-token': 't' } }),
      'does not cover x-amz-security-token',
    ],
    [
      'without a signature',
      (given) => ({ ...given, headers: { ...given.headers, authorization: 'Bearer x' } }),
      'missing',
    ],
  ])('%s is nobody’s', (_, change, reason) => {
    expect(verify(change(signed()))).toEqual({ reason: expect.stringContaining(reason) });
  });

  it('of an unknown key, for another service, or of another time is nobody’s', () => {
    const other = (key: string) => ({
      ...request(),
      headers: {
        ...request().headers,
        authorization: authorizationFor(request(), scope, { ...keys, accessKeyId: key }),
      },
    });
    expect(verify(other('STRANGER'))).toEqual({ reason: expect.stringContaining('STRANGER') });
    const elsewhere = authorizationFor(request(), { ...scope, service: 's3' }, keys);
    expect(verify({ ...request(), headers: { ...request().headers, authorization: elsewhere } })).toEqual({
      reason: expect.stringContaining('signed for s3'),
    });
    expect(verify(signed(), now + 299_000)).toEqual({ accessKeyId: 'AKID' });
    expect(verify(signed(), now + 301_000)).toEqual({ reason: expect.stringContaining('five minutes') });
  });
});
