import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import {
  connectionSettings,
  connectionSettingsFromUrl,
  endpointName,
  InvalidConnectionSettingsError,
} from '../../../../lib/platform/runtime/amqp/connection-settings.ts';

const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidConnectionSettingsError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
};

describe('connection settings from a URL', () => {
  it('take host, port, vhost and credentials apart', async () => {
    const settings = connectionSettingsFromUrl('amqps://us%40er:p%2Fw%25@broker.example:5671/my%2Fhost');
    expect(settings.endpoints).toEqual([{ protocol: 'amqps', host: 'broker.example', port: 5671 }]);
    expect(settings.vhost).toBe('my/host');
    expect(await settings.credentials.read()).toEqual({ username: 'us@er', password: 'p/w%' });
    expect(settings.heartbeatSeconds).toBe(30);
  });

  it.each([
    ['amqps://u:p@h', 5671, '/'],
    ['amqps://u:p@h/', 5671, '/'],
    ['amqps://u:p@h:1234/%2F', 1234, '/'],
    ['amqps://u:p@h/a%2fb', 5671, 'a/b'],
  ])('%s has port %d and vhost %s', (url, port, vhost) => {
    const settings = connectionSettingsFromUrl(url);
    expect(settings.endpoints[0]?.port).toBe(port);
    expect(settings.vhost).toBe(vhost);
  });

  it('understand the parameters that RabbitMQ documents', () => {
    const settings = connectionSettingsFromUrl('amqps://u:p@h/v?heartbeat=7&connection_timeout=2500');
    expect([settings.heartbeatSeconds, settings.connectTimeoutMilliseconds]).toEqual([7, 2500]);
  });

  it('accept IPv6 addresses and name them in brackets', () => {
    const [endpoint] = connectionSettingsFromUrl('amqps://u:p@[::1]:5671').endpoints;
    expect(endpoint && endpointName(endpoint)).toBe('amqps://[::1]:5671');
  });

  it('accept several addresses that differ in host and port only', () => {
    expect(connectionSettingsFromUrl(['amqps://u:p@a/v', 'amqps://u:p@b:99/v']).endpoints).toHaveLength(2);
    expect(messageOf(() => connectionSettingsFromUrl(['amqps://u:p@a/v', 'amqps://u:q@b/v']))).toContain('credentials');
  });

  test.each([
    ['https://u:hunter2@h', /scheme.*https/],
    ['amqp://u:hunter2@h', /dangerouslyUnencrypted/],
    ['amqps://u:hunter2@/v', /host|does not parse/],
    ['amqps://u:hunter2@ho*st/v', /host/],
    ['amqps://u:hunter2@h:0', /port.*0/],
    ['amqps://u:hunter2@h:99999', /does not parse/],
    ['amqps://:hunter2@h', /user name/],
    ['amqps://hunter2@h', /password/],
    ['amqps://h', /user name/],
    ['amqps://u:hunter2@h/a/b', /vhost.*%2F/],
    ['amqps://u:hunter2@h/%zz', /vhost.*percent/],
    ['amqps://u:%zzhunter2@h/v', /password.*percent/],
    [`amqps://u:hunter2@h/${'v'.repeat(256)}`, /vhost has 256 bytes/],
    ['amqps://u:hunter2/x@h/v', /percent-escape/],
    ['amqps://u:1#hunter2@h/v', /cut off at a # or \?/],
    ['amqps://u:1?hunter2@h/v', /cut off at a # or \?/],
    ['amqps://u:hunter2@h/v?heartbeat=0', /heartbeat is 0.*1 to 3600/],
    ['amqps://u:hunter2@h/v?heartbeat=x', /heartbeat is NaN/],
    ['amqps://u:hunter2@h/v?prefetch=1', /"prefetch"/],
    ['hunter2', /does not parse/],
    ['', /does not parse/],
  ])('of %s are refused, the part named and the password kept to itself', (url, expected) => {
    const message = messageOf(() => connectionSettingsFromUrl(url));
    expect(message).toMatch(expected);
    expect(message).not.toContain('hunter2');
  });

  it('never quote the password, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), fc.string(), (secret, rest) => {
        try {
          connectionSettingsFromUrl(`amqps://user:S3CR3T${secret}@host/${rest}`);
        } catch (error) {
          expect((error as Error).message).not.toContain('S3CR3T');
        }
      }),
    );
  });

  it('read back any user name, password and vhost that was escaped', async () => {
    const text = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' });
    await fc.assert(
      fc.asyncProperty(text, text, text, async (username, password, vhost) => {
        const escaped = [username, password, vhost].map(encodeURIComponent);
        // The URL standard takes these two for "this folder" and "the folder above", escaped or not.
        fc.pre(vhost !== '.' && vhost !== '..');
        const settings = connectionSettingsFromUrl(`amqps://${escaped[0]}:${escaped[1]}@h/${escaped[2]}`);
        expect(await settings.credentials.read()).toEqual({ username, password });
        expect(settings.vhost).toBe(vhost);
      }),
    );
  });
});

describe('connection settings from the environment', () => {
  const environment = {
    BROKER_ENDPOINTS: 'amqps://a:5671, amqps://b:5671',
    BROKER_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:x',
    BROKER_VHOST: 'events',
    AWS_LAMBDA_FUNCTION_NAME: 'fulfil-order',
  };

  it('hold every endpoint, the vhost as it is and the name of the function', () => {
    const settings = connectionSettings({}, environment);
    expect(settings.endpoints.map(endpointName)).toEqual(['amqps://a:5671', 'amqps://b:5671']);
    expect(settings.vhost).toBe('events');
    expect(settings.connectionName).toBe('fulfil-order');
    expect(settings.credentials.renewable).toBe(true);
  });

  test.each(['BROKER_ENDPOINTS', 'BROKER_SECRET_ARN', 'BROKER_VHOST'])('name %s when it is not set', (name) => {
    expect(messageOf(() => connectionSettings({}, { ...environment, [name]: '' }))).toContain(name);
  });

  it('trust the authority in the file that BROKER_CA_FILE names, unless the caller names another', () => {
    const trusting = { ...environment, BROKER_CA_FILE: import.meta.filename };
    expect(String(connectionSettings({}, trusting).ca)).toContain('trust the authority in the file');
    expect(connectionSettings({ ca: 'another' }, trusting).ca).toBe('another');
    expect(connectionSettings({}, environment).ca).toBeUndefined();
    expect(messageOf(() => connectionSettings({}, { ...environment, BROKER_CA_FILE: '/no/ca.pem' }))).toMatch(
      /^BROKER_CA_FILE is \/no\/ca\.pem, which cannot be read: ENOENT/,
    );
  });

  it('refuse credentials in the endpoints without quoting them', () => {
    const message = messageOf(() =>
      connectionSettings({}, { ...environment, BROKER_ENDPOINTS: 'amqps://u:hunter2@a' }),
    );
    expect(message).toMatch(/BROKER_ENDPOINTS holds credentials/);
    expect(message).not.toContain('hunter2');
  });
});
