import { EventEmitter } from 'node:events';
import { type ChannelModel, type ConfirmChannel, IllegalOperationError } from 'amqplib';
import type { Credentials, CredentialsSource } from '../../../../lib/platform/runtime/amqp/broker-credentials.ts';
import type { Random } from '../engine/random.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { Publishing } from './broker-message.ts';
import type { FrontDoor, ServerConnection } from './front-door.ts';

/** What happens on the way between a client and the broker. */
export interface Network {
  readonly process: SimulatedProcess;
  readonly door: FrontDoor;
  readonly scheduler: Scheduler;
  readonly random: Random;
  /** What the process logs in with. @default the same for ever */
  readonly credentials?: CredentialsSource;
  /** Whether the broker lets somebody in. @default it does */
  readonly permits?: (credentials: Credentials) => boolean;
  /** Told of each message that a process sends; may end the process. */
  readonly sends?: (process: SimulatedProcess, publishing: Publishing) => void;
  /** Told of each message that the broker has taken, and of each of these whose confirm the process has seen. */
  readonly taken?: (publishing: Publishing) => void;
  readonly confirmed?: (publishing: Publishing) => void;
}

/**
 * amqplib's `ChannelModel` on a modelled network: what is sent arrives in order or, once the connection is lost, not at all. Events come
 * in the order in which amqplib emits them: channels first, then the connection.
 */
export class ClientConnection extends EventEmitter {
  readonly #network: Network;
  readonly #channels = new Set<ClientChannel>();
  readonly #server: ServerConnection;
  #upUntil = 0;
  #downUntil = 0;
  #open = true;
  #reachable = true;

  /** @param signal destroys the socket */
  constructor(network: Network, signal: AbortSignal) {
    super();
    this.#network = network;
    signal.addEventListener('abort', () => this.#closed(new Error('The operation was aborted')), { once: true });
    this.#server = {
      owner: network.process.name,
      lost: (reason) => {
        this.#reachable = false;
        this.down(() => this.#closed(new Error(reason)));
      },
      blocked: (reason) => this.down(() => this.emit(reason === undefined ? 'unblocked' : 'blocked', reason)),
    };
    network.door.enter(this.#server);
  }

  get asChannelModel(): ChannelModel {
    return this as unknown as ChannelModel;
  }

  async createConfirmChannel(): Promise<ConfirmChannel> {
    if (!this.#open) throw new IllegalOperationError('Connection closed', '');
    const channel = new ClientChannel(this, this.#network);
    this.#channels.add(channel);
    await new Promise<void>((resolve, reject) => {
      channel.pending = reject;
      this.up(() => {
        const closes = this.#network.door.closesWhileOpening;
        this.down(() => {
          channel.pending = undefined;
          resolve();
          // Both frames came in one read: nobody has had a turn to listen.
          if (closes) this.#closed(new Error('CONNECTION_FORCED - broker forced connection closure'));
        });
      });
    });
    return channel as unknown as ConfirmChannel;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.up(() =>
        this.down(() => {
          this.#closed(undefined);
          resolve();
        }),
      );
      this.#network.door.leave(this.#server);
    });
  }

  /** Lets something happen at the broker once what was sent before has arrived. */
  up(action: () => void): void {
    const { scheduler, random } = this.#network;
    this.#upUntil = Math.max(scheduler.now + 0.3 + random.next(), this.#upUntil + 0.001);
    scheduler.after(this.#upUntil - scheduler.now, () => {
      if (this.#reachable) action();
    });
  }

  /** Lets something happen at the client, in order. */
  down(action: () => void): void {
    const { scheduler, random, process } = this.#network;
    this.#downUntil = Math.max(scheduler.now + 0.3 + random.next(), this.#downUntil + 0.001);
    scheduler.after(
      this.#downUntil - scheduler.now,
      () => {
        if (this.#open) action();
      },
      process,
    );
  }

  /** The broker gives the connection up. */
  drop(reason: string): void {
    this.#network.door.leave(this.#server);
    this.#server.lost(reason);
  }

  forget(channel: ClientChannel): void {
    this.#channels.delete(channel);
  }

  #closed(error: Error | undefined): void {
    if (!this.#open) return;
    this.#open = false;
    this.#reachable = this.#reachable && error === undefined;
    this.#network.door.leave(this.#server);
    for (const channel of this.#channels) channel.end();
    this.#channels.clear();
    if (error && this.listenerCount('error') > 0) this.emit('error', error);
    this.emit('close', error);
  }
}

/** amqplib's `ConfirmChannel`, as far as a publisher uses it. */
export class ClientChannel extends EventEmitter {
  readonly #connection: ClientConnection;
  readonly #network: Network;
  /** Rejects what waits for the channel to open. */
  pending: ((error: Error) => void) | undefined;
  #open = true;
  #sent = 0;
  #acknowledged: { readonly tag: number; readonly publishing: Publishing }[] = [];

  constructor(connection: ClientConnection, network: Network) {
    super();
    this.#connection = connection;
    this.#network = network;
  }

  publish(exchange: string, routingKey: string, content: Buffer, options: Record<string, unknown>): boolean {
    if (!this.#open) throw new IllegalOperationError('Channel closed', '');
    const { headers = {}, mandatory: _, ...given } = options;
    const properties = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const publishing = { exchange, routingKey, properties, headers: headers as Record<string, unknown>, body: content };
    const tag = ++this.#sent;
    this.#network.sends?.(this.#network.process, publishing);
    if (this.#network.process.alive) this.#connection.up(() => this.#arrive(tag, publishing));
    return true;
  }

  async close(): Promise<void> {
    this.#open = false;
    this.#connection.forget(this);
    await new Promise<void>((resolve) => this.#connection.up(() => this.#connection.down(resolve)));
    this.emit('close');
  }

  /** The channel is over, without a word. */
  end(): void {
    if (!this.#open) return;
    this.#open = false;
    this.pending?.(new Error('Channel ended, no reply will be forthcoming'));
    this.emit('close');
  }

  #arrive(tag: number, publishing: Publishing): void {
    const { door, taken } = this.#network;
    door.publish(
      publishing,
      (outcome) => {
        if (outcome === 'lost') return this.#connection.drop('read ECONNRESET');
        if (outcome === 'no-such-exchange')
          return this.#fault(`NOT_FOUND - no exchange '${publishing.exchange}' in vhost '/'`);
        if (outcome === 'refused') return this.#down(() => this.emit('nack', { deliveryTag: tag, multiple: false }));
        if (outcome === 'unroutable') this.#return(publishing);
        this.#acknowledge(tag, publishing);
      },
      taken,
    );
  }

  /** Confirms that come close after each other are one frame. */
  #acknowledge(tag: number, publishing: Publishing): void {
    this.#acknowledged.push({ tag, publishing });
    if (this.#acknowledged.length > 1) return;
    this.#network.scheduler.after(this.#network.random.next() * 2, () => {
      const answers = this.#acknowledged.sort((one, other) => one.tag - other.tag);
      this.#acknowledged = [];
      for (const answer of answers)
        this.#down(() => {
          this.#network.confirmed?.(answer.publishing);
          this.emit('ack', { deliveryTag: answer.tag, multiple: false });
        });
    });
  }

  #return({ exchange, routingKey, properties, headers, body }: Publishing): void {
    const fields = { exchange, routingKey, replyCode: 312, replyText: 'NO_ROUTE' };
    this.#down(() => this.emit('return', { fields, properties: { ...properties, headers }, content: body }));
  }

  #fault(replyText: string): void {
    this.#down(() => {
      const error = new Error(`Channel closed by server: 404 (NOT-FOUND) with message "${replyText}"`);
      this.emit('error', Object.assign(error, { code: 404 }));
      this.#connection.forget(this);
      this.end();
    });
  }

  #down(action: () => void): void {
    this.#connection.down(() => {
      if (this.#open) action();
    });
  }
}
