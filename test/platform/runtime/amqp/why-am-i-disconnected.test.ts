import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { connectError } from '../../../../lib/platform/runtime/amqp/connect-failure.ts';
import {
  connectionSettings,
  connectionSettingsFromUrl,
} from '../../../../lib/platform/runtime/amqp/connection-settings.ts';
import {
  BacklogFullError,
  BlockedError,
  ChannelClosedError,
  MessageTooLargeError,
} from '../../../../lib/platform/runtime/publish-errors.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/why-am-i-disconnected.md'), 'utf8');

const thrown = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
};
const coded = (code: string, message: string) => Object.assign(new Error(message), { code });
/** The reason alone; the address in front of it is different for everybody. */
const refused = (cause: Error) =>
  connectError('amqps://host:5671', { user: 'shop', vhost: 'orders', renewable: true }, cause).message.replace(
    'cannot connect to amqps://host:5671: ',
    '',
  );

describe('the page about disconnections quotes what the publisher says', () => {
  it.each([
    thrown(() => connectionSettingsFromUrl('amqps://u:p/w@host')),
    thrown(() => connectionSettingsFromUrl('amqps://user:12#x@host')),
    thrown(() => connectionSettingsFromUrl('https://u:p@host')),
    thrown(() => connectionSettingsFromUrl('amqps://u:p@host//')),
    thrown(() => connectionSettingsFromUrl('amqp://u:p@host')),
    thrown(() => connectionSettings({}, { BROKER_ENDPOINTS: 'amqps://host', BROKER_VHOST: '/' })),
    refused(new Error('Handshake terminated by server: 403 (ACCESS-REFUSED)')),
    refused(new Error('Expected ConnectionOpenOk; got <ConnectionClose channel:0>')),
    refused(coded('ECONNREFUSED', 'connect ECONNREFUSED')),
    refused(coded('ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number')),
    refused(coded('SELF_SIGNED_CERT_IN_CHAIN', '…')),
    refused(coded('ERR_TLS_CERT_ALTNAME_INVALID', '…')),
    new BacklogFullError('10000 messages', '10000 messages').message,
    new BlockedError('low on memory').message,
    new MessageTooLargeError(600_000, 524_288).message,
    new ChannelClosedError(404, "NOT_FOUND - no exchange 'evnts' in vhost 'events'").message,
  ])('%s', (message) => {
    expect(page).toContain(message);
  });
});
