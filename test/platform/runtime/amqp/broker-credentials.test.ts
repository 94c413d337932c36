import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  BrokerSecretError,
  parseSecret,
  secretCredentials,
} from '../../../../lib/platform/runtime/amqp/broker-credentials.ts';

// The client takes seconds to load where every processor is busy.
jest.setTimeout(60_000);

describe("the broker's secret", () => {
  it('gives user name and password, whatever else it holds', () => {
    expect(parseSecret('{"username":"u","password":"p","host":"h"}', 'arn')).toEqual({ username: 'u', password: 'p' });
  });

  it.each([
    [undefined, 'not JSON'],
    ['hunter2', 'not JSON'],
    ['{"username":"u","password":hunter2}', 'not JSON'],
    ['null', '"username"'],
    ['{"password":"hunter2"}', '"username"'],
    ['{"username":"u","password":7}', '"password"'],
    ['{"username":"u","password":""}', '"password"'],
  ])('%s is refused by name of the secret, without its contents', (text, expected) => {
    const read = () => parseSecret(text, 'arn:of:secret');
    expect(read).toThrow(BrokerSecretError);
    expect(read).toThrow(expected);
    expect(read).toThrow('arn:of:secret');
    expect(read).not.toThrow('hunter2');
  });
});

describe('credentials in Secrets Manager', () => {
  const before = { ...process.env };
  const stops: (() => void)[] = [];
  afterEach(() => {
    process.env = { ...before };
    for (const stop of stops.splice(0)) stop();
  });

  /** Answers as the API reference of GetSecretValue shows it. */
  async function answering(status: number, answers: readonly object[]): Promise<string[]> {
    const requests: string[] = [];
    const server = createServer((request, response) => {
      request.on('data', (chunk) => requests.push(`${request.headers['x-amz-target']} ${chunk}`));
      request.on('end', () => {
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', connection: 'close' });
        response.end(JSON.stringify(answers[Math.min(requests.length, answers.length) - 1]));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => server.close());
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
    return requests;
  }

  it('are read anew each time, so that a rotated secret is noticed', async () => {
    const requests = await answering(200, [
      { SecretString: '{"username":"u","password":"old"}' },
      { SecretString: '{"username":"u","password":"new"}' },
    ]);
    const source = secretCredentials('arn:of:secret');
    expect(source.renewable).toBe(true);
    expect(requests).toEqual([]);
    expect((await source.read()).password).toBe('old');
    expect((await source.read()).password).toBe('new');
    expect(requests[0]).toBe('secretsmanager.GetSecretValue {"SecretId":"arn:of:secret"}');
  });

  it('that may not be read are an error that names the secret and the reason', async () => {
    await answering(400, [{ __type: 'AccessDeniedException', Message: 'not authorized to perform GetSecretValue' }]);
    const reading = secretCredentials('arn:of:secret').read();
    await expect(reading).rejects.toBeInstanceOf(BrokerSecretError);
    await expect(reading).rejects.toThrow(/arn:of:secret cannot be read: AccessDeniedException/);
  });
});
