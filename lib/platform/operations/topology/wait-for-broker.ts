import { OperatorError } from '../../config/operator-error.ts';
import { systemClock } from '../../time/clock.ts';
import type { ManagementClient } from './management-client.ts';
import { ManagementError } from './management-error.ts';
import { type RetryOptions, retrying } from './retry.ts';

export class BrokerNotReadyError extends OperatorError {
  override readonly name = 'BrokerNotReadyError';
}

export interface BrokerOverview {
  readonly rabbitmq_version: string;
  readonly cluster_name: string;
}

/**
 * Waits until the management API answers; a new or rebooting Amazon MQ broker says RUNNING before it does.
 * Certificate errors and refused credentials are thrown at once: waiting does not mend them.
 * @throws BrokerNotReadyError at the deadline, with the last reason.
 */
export async function waitForBroker(
  client: Pick<ManagementClient, 'broker' | 'get'>,
  options: RetryOptions,
): Promise<BrokerOverview> {
  const { clock = systemClock } = options;
  const started = clock.now();
  try {
    return await retrying(() => client.get<BrokerOverview>(['overview']), options);
  } catch (error) {
    if (!(error instanceof ManagementError && error.retryable)) throw error;
    const seconds = Math.max(1, Math.round((clock.now() - started) / 1000));
    throw new BrokerNotReadyError(
      `broker ${client.broker} did not become ready within ${seconds} s; last it said: ${error.reason}. ` +
        'Is it running, and is its management API reachable from here?',
      { cause: error },
    );
  }
}
