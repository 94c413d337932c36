import { readFileSync } from 'node:fs';
import { FunctionEnvironment } from '../../config/function-environment.ts';
import { type CredentialsSource, fixedCredentials, secretCredentials } from './broker-credentials.ts';

/** Address of one broker node. */
export interface Endpoint {
  readonly protocol: 'amqps' | 'amqp';
  /** Host name or IP address; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Everything that a connection to the broker needs, checked. */
export interface ConnectionSettings {
  /** Tried in turn from a random start; the one that works is kept. At least one. */
  readonly endpoints: readonly Endpoint[];
  /** Virtual host, unescaped. */
  readonly vhost: string;
  readonly credentials: CredentialsSource;
  readonly heartbeatSeconds: number;
  readonly connectTimeoutMilliseconds: number;
  /** PEM of the certificate authority to trust instead of the system's and `NODE_EXTRA_CA_CERTS`. */
  readonly ca?: string | Buffer;
  readonly dangerouslyUnverified: boolean;
  /** What the broker's management shows as the connection's name. */
  readonly connectionName?: string;
}

export interface ConnectionOptions {
  /**
   * Interval of heartbeats in seconds, 1 to 3600; the broker may lower it. A peer is given up after two of them.
   * @default 30
   */
  readonly heartbeatSeconds?: number;
  /**
   * Time for one attempt at one endpoint: TCP, TLS, login and channel; 100 to 120,000.
   * @default 10000
   */
  readonly connectTimeoutMilliseconds?: number;
  /** PEM of the certificate authority to trust instead of the system's and `NODE_EXTRA_CA_CERTS`. */
  readonly ca?: string | Buffer;
  /** Accepts `amqp://`: credentials and messages then travel in the clear. Amazon MQ offers only TLS. @default false */
  readonly dangerouslyUnencrypted?: boolean;
  /** Accepts any certificate: whoever answers gets the credentials. @default false */
  readonly dangerouslyUnverified?: boolean;
  /** What the broker's management shows as the connection's name. @default the function's name, where there is one */
  readonly connectionName?: string;
}

/** A connection setting is missing or wrong. The message names the part and never holds a password. */
export class InvalidConnectionSettingsError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InvalidConnectionSettingsError';
  }
}

const invalid = (message: string, cause?: unknown) =>
  new InvalidConnectionSettingsError(message, cause === undefined ? undefined : { cause });

/**
 * Settings of a deployed function or service, from its environment: endpoints, vhost, a CA where there is one of its own, and the secret with the credentials, which is
 * read when the connection is opened and again when the broker refuses the login: a password that rotates needs no restart.
 * @throws {InvalidConnectionSettingsError} naming the environment variable
 */
export function connectionSettings(
  options: ConnectionOptions = {},
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ConnectionSettings {
  const variable = (name: string): string => {
    const value = environment[name];
    if (!value) throw invalid(`environment variable ${name} is not set`);
    return value;
  };
  const endpoints = variable(FunctionEnvironment.brokerEndpoints)
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => {
      const url = parse(text, FunctionEnvironment.brokerEndpoints);
      if (url.username || url.password)
        throw invalid(`${FunctionEnvironment.brokerEndpoints} holds credentials; they belong into the secret`);
      if (url.pathname.length > 1)
        throw invalid(
          `${FunctionEnvironment.brokerEndpoints} holds a path; the vhost is ${FunctionEnvironment.brokerVhost}`,
        );
      return endpointOf(url, options);
    });
  if (endpoints.length === 0) throw invalid(`environment variable ${FunctionEnvironment.brokerEndpoints} is empty`);
  return {
    ...commonSettings({
      connectionName: environment.AWS_LAMBDA_FUNCTION_NAME,
      ca: authority(environment[FunctionEnvironment.brokerCaFile]),
      ...options,
    }),
    endpoints,
    vhost: checkVhost(variable(FunctionEnvironment.brokerVhost)),
    credentials: secretCredentials(variable(FunctionEnvironment.brokerSecretArn)),
  };
}

const authority = (file: string | undefined): Buffer | undefined => {
  if (!file) return undefined;
  try {
    return readFileSync(file);
  } catch (cause) {
    throw invalid(
      `${FunctionEnvironment.brokerCaFile} is ${file}, which cannot be read: ${(cause as Error).message}`,
      cause,
    );
  }
};

/**
 * Settings from `amqps://user:password@host:port/vhost`, or several such addresses that differ in host and port only.
 * The port defaults to 5671 (5672 for `amqp`), the vhost to `/`; user, password and vhost are percent-decoded.
 * The query parameters `heartbeat` (seconds) and `connection_timeout` (milliseconds) are understood, as RabbitMQ's
 * own clients do; options win over them.
 * @throws {InvalidConnectionSettingsError} naming the part of the address
 */
export function connectionSettingsFromUrl(
  addresses: string | readonly string[],
  options: ConnectionOptions = {},
): ConnectionSettings {
  const urls = (typeof addresses === 'string' ? [addresses] : addresses).map((text) => parse(text, 'broker URL'));
  const [first] = urls;
  if (!first) throw invalid('no broker URL given');
  const shared = (url: URL) => [url.username, url.password, url.pathname, url.search].join('\n');
  if (urls.some((url) => shared(url) !== shared(first)))
    throw invalid('broker URLs differ in credentials, vhost or parameters; only host and port may differ');
  const username = decode(first.username, 'user name');
  const password = decode(first.password, 'password');
  if (!username) throw invalid('broker URL has no user name; write amqps://user:password@host:port/vhost');
  if (!password) throw invalid('broker URL has no password; write amqps://user:password@host:port/vhost');
  return {
    ...commonSettings({ ...parametersOf(first), ...options }),
    endpoints: urls.map((url) => endpointOf(url, options)),
    vhost: vhostOf(first),
    credentials: fixedCredentials({ username, password }),
  };
}

/** `amqps://host:port`, for logs and errors. */
export const endpointName = ({ protocol, host, port }: Endpoint): string =>
  `${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}`;

function parse(text: string, what: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // The URL parser's own error quotes its input, password and all.
    throw invalid(`${what} does not parse; write amqps://user:password@host:port/vhost and percent-escape / ? # @ : %`);
  }
  if (url.hash || url.search.includes('@'))
    throw invalid(`${what} is cut off at a # or ?; percent-escape / ? # @ : % in user name and password`);
  return url;
}

function endpointOf(url: URL, options: ConnectionOptions): Endpoint {
  const protocol = url.protocol.slice(0, -1);
  if (protocol !== 'amqps' && protocol !== 'amqp')
    throw invalid(`scheme of the broker address is "${protocol}"; it must be amqps`);
  if (protocol === 'amqp' && !options.dangerouslyUnencrypted)
    throw invalid('scheme of the broker address is amqp, not encrypted; use amqps, or set dangerouslyUnencrypted');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!host) throw invalid('broker address has no host');
  if (/[^A-Za-z0-9.:_-]/.test(host)) throw invalid('host of the broker address holds characters that no host name has');
  const port = url.port === '' ? (protocol === 'amqps' ? 5671 : 5672) : Number(url.port);
  if (port < 1 || port > 65_535) throw invalid(`port of the broker address is ${port}; it must be 1 to 65535`);
  return { protocol, host, port };
}

function vhostOf(url: URL): string {
  const path = url.pathname.slice(1);
  if (path === '') return '/';
  if (path.includes('/')) throw invalid('vhost in the broker URL holds a bare /; write it as %2F');
  return checkVhost(decode(path, 'vhost'));
}

function checkVhost(vhost: string): string {
  const bytes = Buffer.byteLength(vhost);
  if (bytes > 255) throw invalid(`vhost has ${bytes} bytes; AMQP allows at most 255`);
  return vhost;
}

function decode(text: string, part: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(`${part} in the broker URL is not percent-encoded correctly; write a literal % as %25`);
  }
}

function parametersOf(url: URL): Pick<ConnectionOptions, 'heartbeatSeconds' | 'connectTimeoutMilliseconds'> {
  const found: { heartbeatSeconds?: number; connectTimeoutMilliseconds?: number } = {};
  for (const [name, value] of url.searchParams) {
    const number = value === '' ? Number.NaN : Number(value);
    if (name === 'heartbeat') found.heartbeatSeconds = number;
    else if (name === 'connection_timeout') found.connectTimeoutMilliseconds = number;
    else throw invalid(`broker URL has the parameter "${name}"; only heartbeat and connection_timeout are understood`);
  }
  return found;
}

function commonSettings(options: ConnectionOptions) {
  const whole = (name: string, value: number, low: number, high: number): number => {
    if (Number.isInteger(value) && value >= low && value <= high) return value;
    throw invalid(`${name} is ${value}; it must be a whole number from ${low} to ${high}`);
  };
  return {
    heartbeatSeconds: whole('heartbeat', options.heartbeatSeconds ?? 30, 1, 3600),
    connectTimeoutMilliseconds: whole('connection timeout', options.connectTimeoutMilliseconds ?? 10_000, 100, 120_000),
    ca: options.ca,
    dangerouslyUnverified: options.dangerouslyUnverified ?? false,
    connectionName: options.connectionName,
  };
}
