import { type ChannelModel, connect } from 'amqplib';
import type { Credentials } from './broker-credentials.ts';
import { attachChannel, type ChannelEvents, type LiveConnection, type OpenChannel } from './confirm-channel.ts';
import { connectError } from './connect-failure.ts';
import type { ConnectionLog } from './connection-log.ts';
import { type ConnectionSettings, type Endpoint, endpointName } from './connection-settings.ts';
import { EndpointRotation } from './endpoint-rotation.ts';
import { ConnectError } from './publish-errors.ts';

interface Live extends LiveConnection {
  readonly openedAt: number;
  blocked?: string;
  /** It is being closed by us. */
  closing?: boolean;
}

/** One connection to the broker, opened when a channel is asked for and there is none. */
export class BrokerConnection {
  readonly #settings: ConnectionSettings;
  readonly #log: ConnectionLog;
  readonly #rotation: EndpointRotation<Endpoint>;
  #credentials: Credentials | undefined;
  #live: Live | undefined;
  #channels = 0;
  #lastTick = Date.now();
  #ticker: NodeJS.Timeout | undefined;

  constructor(settings: ConnectionSettings, log: ConnectionLog) {
    this.#settings = settings;
    this.#log = log;
    this.#rotation = new EndpointRotation(settings.endpoints, Math.random());
  }

  /** The broker's reason for blocking publishers, while it does. */
  get blocked(): string | undefined {
    return this.#live?.blocked;
  }

  /**
   * Opens a channel, on a new connection if need be: each endpoint is tried once; a refused login is tried again
   * with credentials read anew.
   * @throws {ConnectError} of the endpoint that came furthest
   */
  async openChannel(events: ChannelEvents): Promise<OpenChannel> {
    const live = this.#live ?? (await this.#connect());
    try {
      const channel = await within(
        this.#settings.connectTimeoutMilliseconds,
        () => live.model.createConfirmChannel(),
        'the broker did not open a channel in time',
      );
      this.#channels += 1;
      return attachChannel(live, this.#channels, channel, events, this.#log);
    } catch (error) {
      this.#destroy(live, asError(error));
      throw this.#connectError(live.endpoint, live.lost ?? error);
    }
  }

  /** Gives the connection up without a word to the broker. Its channel reports `closed`. */
  discard(reason: string): void {
    if (this.#live) this.#destroy(this.#live, new Error(reason));
  }

  /**
   * Gives the connection up if this process did not run for more than two heartbeats (a frozen Lambda sandbox, a
   * stopped process): the broker has closed its side by then, which the socket may never hear of.
   */
  discardIfFrozen(now: number = Date.now()): void {
    const gap = now - this.#lastTick;
    this.#lastTick = now;
    if (gap > 2000 * this.#settings.heartbeatSeconds)
      this.discard(`this process did not run for ${Math.round(gap / 1000)} s, more than two heartbeats`);
  }

  /** Closes the connection in an orderly way, within two seconds. */
  async close(): Promise<void> {
    const live = this.#live;
    if (!live) return;
    live.closing = true;
    this.#forget(live);
    try {
      await within(2000, () => live.model.close(), 'the broker did not confirm the close in time');
    } catch (error) {
      this.#log.warn('connection to the broker not closed in an orderly way', {
        endpoint: live.endpoint,
        reason: asError(error).message,
      });
      socketOf(live.model).destroy();
    }
  }

  async #connect(): Promise<Live> {
    const failures: ConnectError[] = [];
    for (const endpoint of this.#rotation.round()) {
      try {
        const live = await this.#login(endpoint);
        this.#rotation.keep(endpoint);
        return live;
      } catch (error) {
        const failure = this.#connectError(endpointName(endpoint), error);
        this.#log.warn('cannot connect to the broker', { endpoint: failure.endpoint, reason: failure.message });
        failures.push(failure);
      }
    }
    throw mostTelling(failures);
  }

  async #login(endpoint: Endpoint): Promise<Live> {
    const source = this.#settings.credentials;
    const cached = this.#credentials;
    this.#credentials ??= await this.#readCredentials();
    try {
      return await this.#openConnection(endpoint, this.#credentials);
    } catch (error) {
      const failure = this.#connectError(endpointName(endpoint), error);
      if (failure.reason !== 'credentials') throw failure;
      this.#credentials = undefined;
      if (!cached || !source.renewable) throw failure;
      this.#log.info('login refused; reading the credentials again', { endpoint: failure.endpoint });
      this.#credentials = await this.#readCredentials();
      return this.#openConnection(endpoint, this.#credentials);
    }
  }

  #readCredentials(): Promise<Credentials> {
    const { credentials, connectTimeoutMilliseconds } = this.#settings;
    return within(connectTimeoutMilliseconds, () => credentials.read(), 'the credentials could not be read in time');
  }

  async #openConnection(endpoint: Endpoint, { username, password }: Credentials): Promise<Live> {
    const { vhost, heartbeatSeconds, connectTimeoutMilliseconds, ca, dangerouslyUnverified, connectionName } =
      this.#settings;
    const startedAt = Date.now();
    const model = await connect(
      {
        protocol: endpoint.protocol,
        hostname: endpoint.host,
        port: endpoint.port,
        username,
        password,
        vhost: encodeURIComponent(vhost),
        heartbeat: heartbeatSeconds,
      },
      {
        // Without it, a publish and its confirm take 39 ms instead of 1 (Nagle's algorithm and delayed acknowledgements).
        noDelay: true,
        timeout: connectTimeoutMilliseconds,
        rejectUnauthorized: !dangerouslyUnverified,
        ...(ca === undefined ? {} : { ca }),
        clientProperties: connectionName === undefined ? {} : { connection_name: connectionName },
      },
    );
    const live: Live = { model, endpoint: endpointName(endpoint), openedAt: Date.now() };
    this.#live = live;
    this.#listen(live);
    this.#log.info('connected to the broker', {
      endpoint: live.endpoint,
      vhost,
      username,
      milliseconds: live.openedAt - startedAt,
      ...(endpoint.protocol === 'amqp' ? { warning: 'NOT ENCRYPTED' } : {}),
      ...(dangerouslyUnverified ? { warning: 'CERTIFICATE NOT VERIFIED' } : {}),
    });
    return live;
  }

  #listen(live: Live): void {
    live.model.on('error', (error) => {
      live.lost ??= error;
    });
    live.model.on('close', (error) => {
      live.lost ??= error ?? new Error('connection closed');
      if (live.closing) return;
      this.#forget(live);
      this.#log.warn('connection to the broker lost', {
        endpoint: live.endpoint,
        reason: live.lost.message,
        seconds: Math.round((Date.now() - live.openedAt) / 1000),
      });
    });
    live.model.on('blocked', (reason) => {
      live.blocked = reason;
      this.#log.warn('broker blocks publishers', { endpoint: live.endpoint, reason });
    });
    live.model.on('unblocked', () => {
      live.blocked = undefined;
      this.#log.info('broker no longer blocks publishers', { endpoint: live.endpoint });
    });
    this.#lastTick = Date.now();
    clearInterval(this.#ticker);
    this.#ticker = setInterval(() => this.discardIfFrozen(), 500 * this.#settings.heartbeatSeconds);
    this.#ticker.unref();
  }

  #connectError(endpoint: string, error: unknown): ConnectError {
    if (error instanceof ConnectError) return error;
    return connectError(endpoint, this.#credentials?.username ?? '', this.#settings.vhost, error);
  }

  #destroy(live: Live, error: Error): void {
    live.lost ??= error;
    this.#forget(live);
    // As an error of the socket it takes amqplib's usual way: timers, channels and listeners end.
    socketOf(live.model).destroy(error);
  }

  #forget(live: Live): void {
    if (this.#live !== live) return;
    this.#live = undefined;
    clearInterval(this.#ticker);
  }
}

/** Login and vhost are the same on all nodes; a certificate is not, and one node that may come back is reason to go on. */
const mostTelling = (failures: readonly ConnectError[]): ConnectError | undefined =>
  failures.find(({ reason }) => reason === 'credentials' || reason === 'vhost') ??
  failures.find(({ reason }) => reason !== 'tls') ??
  failures[0];

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** amqplib keeps its socket there; it offers no other way to give a connection up that no longer answers. */
const socketOf = (model: ChannelModel): { destroy(error?: Error): void } =>
  (model as unknown as { connection: { stream: { destroy(error?: Error): void } } }).connection.stream;

async function within<T>(milliseconds: number, work: () => Promise<T>, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error(message), { code: 'ETIMEDOUT' })), milliseconds);
  });
  try {
    return await Promise.race([work(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
