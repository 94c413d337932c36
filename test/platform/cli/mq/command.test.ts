import { describe, expect, it } from '@jest/globals';
import { isExplained } from '../../../../lib/platform/cli/mq/command.ts';
import { connectionFor } from '../../../../lib/platform/cli/mq/publish/connection.ts';
import { UnknownEnvironmentError } from '../../../../lib/platform/config/select-environment.ts';
import { InvalidApplicationError } from '../../../../lib/platform/declaration/validate-application.ts';
import { BrokerNotFoundError } from '../../../../lib/platform/operations/broker-health/find-broker.ts';
import { OperatorAccessError } from '../../../../lib/platform/operations/operator-access.ts';
import { ManagementError } from '../../../../lib/platform/operations/topology/management-error.ts';
import { BrokerNotReadyError } from '../../../../lib/platform/operations/topology/wait-for-broker.ts';
import { InvalidTopologyError } from '../../../../lib/platform/topology/invalid-topology-error.ts';

describe('what went wrong', () => {
  it.each([
    new OperatorAccessError('no password'),
    new BrokerNotFoundError('no broker', 0),
    new BrokerNotReadyError('no answer'),
    new ManagementError('GET /api/queues', { reason: 'refused', retryable: true }),
    new InvalidApplicationError(['a table is missing']),
    new InvalidTopologyError(['a queue is missing']),
    new UnknownEnvironmentError('prd', ['prod']),
    // The AWS SDK's, as it is thrown where there are no credentials.
    Object.assign(new Error('no credentials'), { name: 'CredentialsProviderError' }),
  ])('is told by its message alone where the operator can mend it: $name', (error) => {
    expect(isExplained(error)).toBe(true);
  });

  it.each(['events.example.org', 'amqps://events.example.org', 'http://shop:secret@events.example.org'])(
    'is told by its message alone where the address %s is wrong',
    (url) => {
      const connect = () => connectionFor({ urls: [url] }, undefined, {});
      expect(connect).toThrow(OperatorAccessError);
      expect(connect).not.toThrow(/secret/);
    },
  );

  it('is shown with its stack where the command itself is wrong', () => {
    expect(isExplained(new TypeError('x is not a function'))).toBe(false);
    expect(isExplained('text')).toBe(false);
  });
});
