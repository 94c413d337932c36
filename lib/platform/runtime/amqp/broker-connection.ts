import { connect } from 'amqplib';
import { type Clock, systemClock } from '../../time/clock.ts';
import { ConnectError } from '../publish-errors.ts';
import type { Credentials } from './broker-credentials.ts';
import { attachChannel, type LiveConnection } from './confirm-channel.ts';
import { connectError } from './connect-failure.ts';
import { type ConnectionLog, silentLog } from './connection-log.ts';
import { type ConnectionSettings, type Endpoint, endpointName } from './connection-settings.ts';
import { EndpointRotation } from './endpoint-rotation.ts';
import type { ChannelEvents, OpenChannel, PublishingConnection } from './publishing-connection.ts';
import { within } from './time-limit.ts';

export interface ConnectionServices {
  /** @default nothing is logged */
  readonly log?: ConnectionLog;
  /** @default the machine's */
  readonly clock?: Clock;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
  /** Connects and logs in. @default amqplib's */
  readonly connect?: typeof connect;
}

interface Live extends LiveConnection {
  readonly openedAt: number;
  blocked?: string;
  /** Destroys the socket; amqplib then takes its way for a broken connection: timers, channels and listeners end. */
  readonly abort: () => void;
  readonly stopTicking: () => void;
}

type State =
  | { readonly name: 'idle' }
  | { readonly name: 'connecting'; readonly attempt: Promise<Live>; readonly cancel: AbortController }
  | { readonly name: 'open'; readonly live: Live }
  | { readonly name: 'closed' };

/** Time for the last words with a broker, in milliseconds. */
const farewellMilliseconds = 2000;

/** One connection to the broker, opened when a channel is asked for and there is none. */
export class BrokerConnection implements PublishingConnection {
  readonly #settings: ConnectionSettings;
  readonly #log: ConnectionLog;
  readonly #clock: Clock;
  readonly #amqplib: { readonly connect: typeof connect };
  readonly #rotation: EndpointRotation<Endpoint>;
  #credentials: Credentials | undefined;
  #state: State = { name: 'idle' };
  #channels = 0;
  #lastTick: number;

  constructor(settings: ConnectionSettings, services: ConnectionServices = {}) {
    const { log = silentLog, clock = systemClock, random = Math.random } = services;
    this.#amqplib = { connect: services.connect ?? connect };
    this.#settings = settings;
    this.#log = log;
    this.#clock = clock;
    this.#rotation = new EndpointRotation(settings.endpoints, random());
    this.#lastTick = clock.now();
  }

  get blocked(): string | undefined {
    return this.#state.name === 'open' ? this.#state.live.blocked : undefined;
  }

  /**
   * Opens a channel, on a new connection if need be: each endpoint is tried once; a refused login is tried again
   * with credentials read anew.
   * @throws {ConnectError} of the endpoint that came furthest
   */
  async openChannel(events: ChannelEvents): Promise<OpenChannel> {
    const live = await this.#connected();
    try {
      const channel = await within(
        { clock: this.#clock, milliseconds: this.#settings.connectTimeoutMilliseconds },
        () => live.model.createConfirmChannel(),
        'the broker did not open a channel in time',
      );
      // Both may come in one read: that the channel is open, and that the connection closes, before anybody listens to the channel.
      if (live.lost) throw live.lost;
      this.#channels += 1;
      return attachChannel(live, this.#channels, channel, events, this.#log);
    } catch (error) {
      this.#destroy(live, asError(error));
      throw this.#connectError(live.endpoint, live.lost ?? error);
    }
  }

  discard(reason: string): void {
    if (this.#state.name === 'open') this.#destroy(this.#state.live, new Error(reason));
  }

  /**
   * Gives the connection up if this process did not run for more than two heartbeats (a frozen Lambda sandbox, a
   * stopped process): the broker has closed its side by then, which the socket may never hear of.
   */
  discardIfFrozen(): void {
    const now = this.#clock.now();
    const gap = now - this.#lastTick;
    this.#lastTick = now;
    if (gap > 2000 * this.#settings.heartbeatSeconds)
      this.discard(`this process did not run for ${Math.round(gap / 1000)} s, more than two heartbeats`);
  }

  /** Within two seconds, and for good. */
  async close(): Promise<void> {
    const state = this.#state;
    this.#state = { name: 'closed' };
    if (state.name === 'connecting') {
      state.cancel.abort();
      // Whoever asked for the channel hears of it; here it only matters that the socket is gone.
      await Promise.allSettled([state.attempt]);
    }
    if (state.name !== 'open') return;
    const { live } = state;
    live.stopTicking();
    try {
      await within(
        { clock: this.#clock, milliseconds: farewellMilliseconds },
        () => live.model.close(),
        'the broker did not confirm the close in time',
      );
    } catch (error) {
      this.#log.warn('connection to the broker not closed in an orderly way', {
        endpoint: live.endpoint,
        reason: asError(error).message,
      });
      live.abort();
    }
  }

  /** The connection that there is; channels that are asked for while it is being opened share the attempt. */
  #connected(): Promise<Live> {
    const state = this.#state;
    if (state.name === 'open') return Promise.resolve(state.live);
    if (state.name === 'connecting') return state.attempt;
    if (state.name === 'closed') return Promise.reject(this.#closedError());
    const cancel = new AbortController();
    const attempt = this.#connect(cancel.signal).then(
      (live) => this.#opened(live, cancel),
      (error: unknown) => {
        if (this.#state.name === 'connecting') this.#state = { name: 'idle' };
        throw error;
      },
    );
    this.#state = { name: 'connecting', attempt, cancel };
    return attempt;
  }

  #opened(live: Live, cancel: AbortController): Live {
    if (cancel.signal.aborted) {
      this.#destroy(live, this.#closedError());
      throw this.#closedError();
    }
    // What is lost already is not kept: whoever asks next gets a new one.
    this.#state = live.lost ? { name: 'idle' } : { name: 'open', live };
    return live;
  }

  async #connect(signal: AbortSignal): Promise<Live> {
    const failures: ConnectError[] = [];
    for (const endpoint of this.#rotation.round()) {
      try {
        const live = await this.#login(endpoint, signal);
        this.#rotation.keep(endpoint);
        return live;
      } catch (error) {
        if (signal.aborted) throw this.#closedError();
        const failure = this.#connectError(endpointName(endpoint), error);
        this.#log.warn('cannot connect to the broker', { endpoint: failure.endpoint, reason: failure.message });
        failures.push(failure);
      }
    }
    throw mostTelling(failures);
  }

  async #login(endpoint: Endpoint, signal: AbortSignal): Promise<Live> {
    const source = this.#settings.credentials;
    const cached = this.#credentials;
    this.#credentials ??= await this.#readCredentials(signal);
    try {
      return await this.#openConnection(endpoint, this.#credentials, signal);
    } catch (error) {
      const failure = this.#connectError(endpointName(endpoint), error);
      if (failure.reason !== 'credentials') throw failure;
      this.#credentials = undefined;
      if (!cached || !source.renewable) throw failure;
      this.#log.info('login refused; reading the credentials again', { endpoint: failure.endpoint });
      this.#credentials = await this.#readCredentials(signal);
      return this.#openConnection(endpoint, this.#credentials, signal);
    }
  }

  #readCredentials(signal: AbortSignal): Promise<Credentials> {
    const { credentials, connectTimeoutMilliseconds: milliseconds } = this.#settings;
    return within(
      { clock: this.#clock, milliseconds, signal },
      () => credentials.read(),
      'the credentials could not be read in time',
    );
  }

  async #openConnection(endpoint: Endpoint, credentials: Credentials, signal: AbortSignal): Promise<Live> {
    const { vhost, connectTimeoutMilliseconds: milliseconds, dangerouslyUnverified } = this.#settings;
    const startedAt = this.#clock.now();
    const socket = new AbortController();
    try {
      const model = await within(
        { clock: this.#clock, milliseconds, signal },
        () => this.#amqplib.connect(...this.#amqplibOptions(endpoint, credentials, socket.signal)),
        'the broker did not answer in time',
      );
      const openedAt = this.#clock.now();
      const live: Live = {
        model,
        endpoint: endpointName(endpoint),
        openedAt,
        abort: () => socket.abort(),
        stopTicking: this.#tick(),
      };
      this.#listen(live);
      this.#log.info('connected to the broker', {
        endpoint: live.endpoint,
        vhost,
        username: credentials.username,
        milliseconds: openedAt - startedAt,
        ...(endpoint.protocol === 'amqp' ? { warning: 'NOT ENCRYPTED' } : {}),
        ...(dangerouslyUnverified ? { warning: 'CERTIFICATE NOT VERIFIED' } : {}),
      });
      return live;
    } catch (error) {
      socket.abort();
      throw error;
    }
  }

  #amqplibOptions({ protocol, host, port }: Endpoint, { username, password }: Credentials, signal: AbortSignal) {
    const { vhost, heartbeatSeconds, ca, dangerouslyUnverified, connectionName } = this.#settings;
    const address = {
      protocol,
      hostname: host,
      port,
      username,
      password,
      vhost: encodeURIComponent(vhost),
      heartbeat: heartbeatSeconds,
    };
    const socket = {
      // Without it, a publish and its confirm take 39 ms instead of 1 (Nagle's algorithm and delayed acknowledgements).
      noDelay: true,
      // The only hold on the socket that amqplib leaves us, from the first packet on.
      signal,
      rejectUnauthorized: !dangerouslyUnverified,
      ...(ca === undefined ? {} : { ca }),
      clientProperties: connectionName === undefined ? {} : { connection_name: connectionName },
    };
    return [address, socket] as const;
  }

  #listen(live: Live): void {
    live.model.on('error', (error) => {
      live.lost ??= error;
    });
    live.model.on('close', (error) => {
      live.lost ??= error ?? new Error('connection closed');
      // amqplib only ends its side; a peer that is gone, or blocks, would keep the socket and this process for long.
      this.#clock.after(farewellMilliseconds, live.abort, { keepsProcessAlive: false });
      if (this.#state.name === 'closed') return;
      this.#forget(live);
      this.#log.warn('connection to the broker lost', {
        endpoint: live.endpoint,
        reason: live.lost.message,
        seconds: Math.round((this.#clock.now() - live.openedAt) / 1000),
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
  }

  /** @returns ends it */
  #tick(): () => void {
    let cancel = () => {};
    const next = () => {
      cancel = this.#clock.after(500 * this.#settings.heartbeatSeconds, beat, { keepsProcessAlive: false });
    };
    const beat = () => {
      next();
      this.discardIfFrozen();
    };
    this.#lastTick = this.#clock.now();
    next();
    return () => cancel();
  }

  #connectError(endpoint: string, error: unknown): ConnectError {
    if (error instanceof ConnectError) return error;
    const { vhost, credentials } = this.#settings;
    const login = { user: this.#credentials?.username ?? '', vhost, renewable: credentials.renewable };
    return connectError(endpoint, login, error);
  }

  #closedError(): ConnectError {
    const [endpoint] = this.#rotation.round();
    return new ConnectError(endpoint ? endpointName(endpoint) : '', 'network', 'the connection was closed');
  }

  #destroy(live: Live, error: Error): void {
    live.lost ??= error;
    this.#forget(live);
    live.abort();
  }

  #forget(live: Live): void {
    live.stopTicking();
    if (this.#state.name === 'open' && this.#state.live === live) this.#state = { name: 'idle' };
  }
}

/** Login and vhost are the same on all nodes; a certificate is not, and one node that may come back is reason to go on. */
const mostTelling = (failures: readonly ConnectError[]): ConnectError | undefined =>
  failures.find(({ reason }) => reason === 'credentials' || reason === 'vhost') ??
  failures.find(({ reason }) => reason !== 'tls') ??
  failures[0];

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
