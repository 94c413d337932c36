/** The address of a broker cannot be used. The message holds no password. */
export class BrokerUrlError extends Error {
  override readonly name = 'BrokerUrlError';
}

export interface UserBroker {
  readonly protocol: 'amqps' | 'amqp';
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly vhost: string;
  /** Addresses of the management API to try, in this order. */
  readonly managementUrls: readonly string[];
}

export interface BrokerUrlOptions {
  /** Address of the management API. @default derived: RabbitMQ's own ports, then Amazon MQ's */
  readonly managementUrl?: string;
  /** Allows `amqp://` to another machine: passwords and messages then travel in the clear. @default false */
  readonly acceptUnencrypted?: boolean;
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Reads the address of a user's own broker, `amqps://user:password@host:port/vhost` as RabbitMQ's URI specification has
 * it: no path means vhost `/`, `%2F` too.
 * @throws BrokerUrlError
 */
export const parseBrokerUrl = (text: string, options: BrokerUrlOptions = {}): UserBroker => {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new BrokerUrlError('RABBITMQ_URL is no address; expected amqps://user:password@host:port/vhost', { cause });
  }
  const protocol = url.protocol.slice(0, -1);
  if (protocol !== 'amqps' && protocol !== 'amqp')
    throw new BrokerUrlError(`RABBITMQ_URL begins with ${protocol}://; amqps:// or amqp:// is needed`);
  const local = loopback.has(url.hostname);
  if (protocol === 'amqp' && !local && !options.acceptUnencrypted)
    throw new BrokerUrlError(
      `RABBITMQ_URL is amqp:// to ${url.hostname}: passwords would travel in the clear; use amqps://, or accept that with RABBITMQ_ACCEPT_UNENCRYPTED=1`,
    );
  const derived = protocol === 'amqps' ? [`https://${url.hostname}:15671`, `https://${url.hostname}`] : [];
  if (local || protocol === 'amqp') derived.push(`http://${url.hostname}:15672`);
  return {
    protocol,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (protocol === 'amqps' ? 5671 : 5672)),
    username: decodeURIComponent(url.username || 'guest'),
    password: decodeURIComponent(url.password || 'guest'),
    vhost: url.pathname.length > 1 ? decodeURIComponent(url.pathname.slice(1)) : '/',
    managementUrls: options.managementUrl ? [options.managementUrl.replace(/\/+$/, '')] : derived,
  };
};
