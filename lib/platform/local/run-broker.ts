import { configurationSettings } from './broker/amazon-mq-configuration.ts';
import type { Installation } from './broker/installations.ts';
import { OwnBroker } from './broker/own-broker.ts';
import type { RunningBroker } from './broker/running-broker.ts';
import type { BrokerAccess } from './broker-access.ts';
import type { RunDirectory } from './state/run-directory.ts';
import type { UserBroker } from './user-broker/broker-url.ts';
import { connectUserBroker, type UserBrokerOptions } from './user-broker/connect-user-broker.ts';

/** The one broker of a run. */
export interface RunBroker {
  /** The private one, once it runs; absent with a broker of the user's own. */
  readonly running?: RunningBroker | undefined;
  /**
   * The private one with these keys of rabbitmq.conf, or the user's as it is.
   * @throws BrokerStartError, BrokerUrlError
   */
  start(settings: Readonly<Record<string, string>>): Promise<BrokerAccess>;
}

/** A broker of the user's own, once it answers. */
export const userBroker = (
  broker: UserBroker,
  options: Pick<UserBrokerOptions, 'caFile' | 'waitSeconds'>,
  directory: RunDirectory,
  notice: (message: string) => void,
  undo: AsyncDisposableStack,
): RunBroker => {
  // Left after everything that uses it, although it is connected to later.
  const connections = undo.use(new AsyncDisposableStack());
  return {
    start: async () => {
      const { access, stop } = await connectUserBroker(broker, {
        ...options,
        certificates: directory.file('certificates'),
        onWaiting: notice,
      });
      connections.defer(stop);
      return access;
    },
  };
};

/** A private broker, which begins to start now where the lines of its configuration are expected. */
export const privateBroker = (
  installation: Installation | undefined,
  expected: readonly string[] | undefined,
  directory: RunDirectory,
  undo: AsyncDisposableStack,
): RunBroker => {
  const broker = new OwnBroker({ directory: directory.file('broker'), installation });
  undo.defer(() => broker.stop());
  if (expected) broker.expect(configurationSettings(expected, 'the broker configuration'));
  return broker;
};
