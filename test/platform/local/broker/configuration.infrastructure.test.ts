import { describe, expect, it } from '@jest/globals';
import { rabbitmqConf } from '../../../../lib/platform/local/broker/configuration.ts';

const ports = { amqps: 20001, amqp: 20002, management: 20003, managementHttp: 20004, distribution: 20005, epmd: 20006 };
const tls = { caFile: '/d/tls/ca.pem', certificateFile: '/d/tls/server.pem', keyFile: '/d/tls/server-key.pem' };
const admin = { username: 'admin', password: 'secret' };

function entries(settings?: Record<string, string>): Record<string, string> {
  const lines = rabbitmqConf('127.0.0.1', ports, tls, admin, settings).trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(' = ')));
}

describe('rabbitmq.conf', () => {
  it('has every listener on loopback', () => {
    const listeners = Object.entries(entries()).filter(([key]) => /^listeners\.|\.ip$/.test(key));
    expect(listeners).toHaveLength(4);
    for (const [, value] of listeners) expect(value).toMatch(/^127\.0\.0\.1(:\d+)?$/);
  });

  it('takes no TLS version before 1.2', () => {
    const versions = Object.entries(entries()).filter(([key]) => key.startsWith('ssl_options.versions.'));
    expect(versions.map(([, value]) => value).sort()).toEqual(['tlsv1.2', 'tlsv1.3']);
  });

  it('limits messages as Amazon MQ does', () => {
    expect(entries().max_message_size).toBe('524288');
  });

  it('lets a caller replace and add keys', () => {
    expect(entries({ max_message_size: '1048576', heartbeat: '5' })).toMatchObject({
      max_message_size: '1048576',
      heartbeat: '5',
      default_user: 'admin',
    });
  });

  it('refuses what the format would cut or ignore, without showing a password', () => {
    expect(() => rabbitmqConf('127.0.0.1', ports, tls, { username: 'admin', password: 'a#b' })).toThrow(
      /^default_pass is \(the password\); .*"#"/,
    );
    expect(() => entries({ heartbeat: '5\nloopback_users = none' })).toThrow(/^heartbeat is "5\\nloopback_users/);
    expect(() => entries({ heartbeat: '' })).toThrow(/^heartbeat is "";/);
    expect(() => entries({ heartbeat: ' 5' })).toThrow(/^heartbeat is " 5";/);
  });
});
