import { describe, expect, it } from '@jest/globals';
import { BrokerSecretError } from '../../../../lib/platform/runtime/amqp/broker-credentials.ts';
import { connectError } from '../../../../lib/platform/runtime/amqp/connect-failure.ts';

const coded = (code: string, message = code) => Object.assign(new Error(message), { code });

// Errors as amqplib 2.3.1 and Node 24 gave them.
describe('a failed connection', () => {
  it.each([
    [coded('ECONNREFUSED', ''), 'network', 'nothing listens there'],
    [coded('ENOTFOUND', 'getaddrinfo ENOTFOUND nowhere'), 'network', 'ENOTFOUND'],
    [new Error('connect ETIMEDOUT'), 'network', 'ETIMEDOUT'],
    [new Error('Socket closed abruptly during opening handshake'), 'network', 'abruptly'],
    [coded('SELF_SIGNED_CERT_IN_CHAIN'), 'tls', 'NODE_EXTRA_CA_CERTS'],
    [coded('CERT_HAS_EXPIRED'), 'tls', 'does not verify'],
    [coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls', 'another host name'],
    [coded('ERR_SSL_WRONG_VERSION_NUMBER'), 'tls', 'does not speak TLS'],
    [
      new Error(
        'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused"',
      ),
      'credentials',
      'login of user "u" refused',
    ],
    [new BrokerSecretError('secret arn cannot be read'), 'credentials', 'secret arn cannot be read'],
    [new Error('Expected ConnectionOpenOk; got <ConnectionClose channel:0>'), 'vhost', 'vhost "v"'],
    [new Error('SASL mechanism PLAIN is not provided by the server'), 'protocol', 'PLAIN'],
  ])('by %s is a matter of %s', (cause, reason, expected) => {
    const error = connectError('amqps://h:5671', { user: 'u', vhost: 'v', renewable: false }, cause);
    expect(error.reason).toBe(reason);
    expect(error.message).toContain('cannot connect to amqps://h:5671');
    expect(error.message).toContain(expected);
    expect(error.cause).toBe(cause);
  });
});
