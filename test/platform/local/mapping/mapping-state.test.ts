import { describe, expect, it } from '@jest/globals';
import { disabledReason } from '../../../../lib/platform/local/mapping/mapping-state.ts';

// Messages as amqplib reports them, seen with RabbitMQ 3.10 and 4.0.
describe('a mapping that cannot consume', () => {
  it.each([
    [
      `Operation failed: BasicConsume; 404 (NOT-FOUND) with message "NOT_FOUND - no queue 'q' in vhost 'v'"`,
      'ESM_CONFIG_NOT_VALID',
    ],
    [
      `Operation failed: BasicConsume; 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - read access to queue 'q' in vhost 'v' refused for user 'u'"`,
      'EVENT_SOURCE_AUTHZ_ERROR',
    ],
    [
      `Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN."`,
      'EVENT_SOURCE_AUTHN_ERROR',
    ],
    [
      `Handshake terminated by server: 530 (NOT-ALLOWED) with message "NOT_ALLOWED - vhost v not found"`,
      'EVENT_SOURCE_AUTHZ_ERROR',
    ],
  ])('is disabled by %s', (message, code) => {
    expect(disabledReason(new Error(message))?.code).toBe(code);
  });

  it.each([
    'connect ECONNREFUSED 127.0.0.1:5671',
    'Heartbeat timeout',
    `Handshake terminated by server: 530 (NOT-ALLOWED) with message "NOT_ALLOWED - access to vhost 'v' refused for user 'u': vhost 'v' is down"`,
    `Operation failed: BasicConsume; 404 (NOT-FOUND) with message "NOT_FOUND - failed to perform operation on queue 'q' in vhost 'v' due to timeout"`,
    'Channel closed by server: 541 (INTERNAL-ERROR)',
  ])('tries again after %s', (message) => {
    expect(disabledReason(new Error(message))).toBeUndefined();
  });
});
