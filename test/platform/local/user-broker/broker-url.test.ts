import { describe, expect, it } from '@jest/globals';
import { parseBrokerUrl } from '../../../../lib/platform/local/user-broker/broker-url.ts';

describe('RABBITMQ_URL', () => {
  it('names user, vhost and, by convention, the management API', () => {
    expect(parseBrokerUrl('amqps://me:p%40ss@mq.example.com/my%2Fvhost')).toEqual({
      protocol: 'amqps',
      host: 'mq.example.com',
      port: 5671,
      username: 'me',
      password: 'p@ss',
      vhost: 'my/vhost',
      managementUrls: ['https://mq.example.com:15671', 'https://mq.example.com'],
    });
  });

  it('of a broker on this machine may be unencrypted', () => {
    expect(parseBrokerUrl('amqp://localhost:5673')).toMatchObject({
      port: 5673,
      username: 'guest',
      vhost: '/',
      managementUrls: ['http://localhost:15672'],
    });
  });

  it('of another machine may be unencrypted only on demand', () => {
    expect(() => parseBrokerUrl('amqp://me:secret@mq.example.com')).toThrow(
      /in the clear.*RABBITMQ_ACCEPT_UNENCRYPTED=1/,
    );
    expect(parseBrokerUrl('amqp://me:secret@mq.example.com', { acceptUnencrypted: true })).toMatchObject({
      protocol: 'amqp',
    });
  });

  it('gives way to RABBITMQ_MANAGEMENT_URL', () => {
    expect(parseBrokerUrl('amqps://mq.example.com', { managementUrl: 'https://other:8443/' }).managementUrls).toEqual([
      'https://other:8443',
    ]);
  });

  it.each(['mq.example.com', 'http://mq.example.com'])('%s is refused without quoting a password', (url) => {
    expect(() => parseBrokerUrl(url)).toThrow(/amqps:\/\//);
  });
});
