import type { LocalRunOptions } from '../local/local-run.ts';
import { parseBrokerUrl } from '../local/user-broker/broker-url.ts';

/** The user's own broker, as `RABBITMQ_…` variables name it. Without `RABBITMQ_URL` a local run starts a private one. */
export interface UserBrokerSettings {
  readonly options: Pick<LocalRunOptions, 'brokerUrl' | 'managementUrl' | 'acceptUnencrypted' | 'caFile'>;
  /** CDK context that makes the stacks use the vhost of `RABBITMQ_URL`. */
  readonly context: Readonly<Record<string, string>>;
}

/** @throws BrokerUrlError when `RABBITMQ_URL` cannot be used */
export const brokerFromEnvironment = (environment: NodeJS.ProcessEnv = process.env): UserBrokerSettings => {
  const { RABBITMQ_URL, RABBITMQ_MANAGEMENT_URL, RABBITMQ_CA_FILE, RABBITMQ_ACCEPT_UNENCRYPTED } = environment;
  if (!RABBITMQ_URL) return { options: {}, context: {} };
  const address = { managementUrl: RABBITMQ_MANAGEMENT_URL, acceptUnencrypted: RABBITMQ_ACCEPT_UNENCRYPTED === '1' };
  return {
    options: { brokerUrl: RABBITMQ_URL, caFile: RABBITMQ_CA_FILE, ...address },
    context: { vhost: parseBrokerUrl(RABBITMQ_URL, address).vhost },
  };
};
