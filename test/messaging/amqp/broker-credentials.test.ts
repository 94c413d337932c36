import { describe, expect, it } from '@jest/globals';
import { BrokerSecretError, parseSecret } from '../../../lib/messaging/amqp/broker-credentials.ts';

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
