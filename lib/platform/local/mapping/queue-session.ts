import { type Channel, type ChannelModel, type ConsumeMessage, connect } from 'amqplib';
import type { Clock } from '../../time/clock.ts';
import type { BrokerAddress } from '../broker-access.ts';
import { type BatchLimits, Inbox } from './inbox.ts';
import { deliverUndecodable } from './undecodable-properties.ts';

/** Notices a broker that went silent after twice this time, in seconds. */
const heartbeat = 10;
const connectMilliseconds = 10_000;

export interface SessionSettings {
  readonly broker: BrokerAddress;
  readonly vhost: string;
  readonly queue: string;
  readonly login: { readonly username: string; readonly password: string };
  readonly limits: BatchLimits;
  /** @default all messages */
  readonly accepts?: (body: Buffer) => boolean;
  /** Told of a message that no function can be given; it has left the queue, to the dead-letter queue if there is one. */
  readonly onRefused: (message: ConsumeMessage, reason: string) => void;
  readonly clock: Clock;
}

/** A connection to the broker that consumes one queue; over when the connection, the channel or the consumer is gone. */
export class QueueSession {
  readonly #settings: SessionSettings;
  readonly #connection: ChannelModel;
  readonly #failed = Promise.withResolvers<Error>();
  #channel: Channel | undefined;
  #inbox: Inbox;
  #over = false;

  private constructor(settings: SessionSettings, connection: ChannelModel) {
    this.#settings = settings;
    this.#connection = connection;
    this.#inbox = new Inbox(settings.limits, settings.clock);
    connection.on('error', (error: Error) => this.#end(error));
    connection.on('close', () => this.#end(new Error('the connection was closed')));
  }

  /** Connects and begins to consume. Rejects with the broker's reason. */
  static async open(settings: SessionSettings): Promise<QueueSession> {
    const { broker, vhost, login } = settings;
    const connection = await connect(
      { protocol: broker.protocol, hostname: broker.host, port: broker.port, ...login, vhost, heartbeat },
      {
        noDelay: true,
        timeout: connectMilliseconds,
        ...(broker.ca ? { ca: [broker.ca] } : {}),
        servername: broker.host,
        clientProperties: { connection_name: `event source mapping of ${settings.queue}` },
      },
    );
    const session = new QueueSession(settings, connection);
    try {
      deliverUndecodable(connection);
      await session.#consume();
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Why the session is over; never settles while it is not. */
  get failure(): Promise<Error> {
    return this.#failed.promise;
  }

  get inbox(): Inbox {
    return this.#inbox;
  }

  /** The channel whose deliveries the inbox holds; `undefined` while there is none. */
  get channel(): Channel | undefined {
    return this.#over ? undefined : this.#channel;
  }

  /** Closes the channel, which returns everything that is not acknowledged to the queue, and consumes on a new one. */
  async restartChannel(): Promise<void> {
    const channel = this.#channel;
    this.#channel = undefined;
    this.#inbox.close();
    await channel?.close();
    this.#inbox = new Inbox(this.#settings.limits, this.#settings.clock);
    await this.#consume();
  }

  /** Closes the connection; what is not acknowledged returns to the queue. */
  async close(): Promise<void> {
    this.#end(new Error('closed'));
    // The channel first: a connection that is closed at once overtakes acknowledgements that are still to be written.
    for (const part of [this.#channel, this.#connection])
      try {
        await part?.close();
      } catch {
        // It is closed already, which is all that was wanted.
      }
  }

  async #consume(): Promise<void> {
    const channel = await this.#connection.createChannel();
    const inbox = this.#inbox;
    channel.on('error', (error: Error) => this.#end(error));
    channel.on('close', () => {
      if (this.#channel === channel) this.#end(new Error('the channel was closed'));
    });
    await channel.prefetch(this.#settings.limits.prefetch);
    this.#channel = channel;
    await channel.consume(this.#settings.queue, (message) => {
      if (message === null)
        return this.#end(
          new Error(`the broker cancelled the consumer: queue ${this.#settings.queue} was deleted or moved`),
        );
      this.#receive(channel, inbox, message);
    });
  }

  /** Never throws: amqplib would take the connection for broken, and the broker would deliver all that is not acknowledged again. */
  #receive(channel: Channel, inbox: Inbox, message: ConsumeMessage): void {
    const refusal = this.#take(channel, inbox, message);
    if (refusal === undefined) return;
    channel.nack(message, false, false);
    this.#settings.onRefused(message, refusal);
  }

  #take(channel: Channel, inbox: Inbox, message: ConsumeMessage): string | undefined {
    try {
      if (this.#settings.accepts?.(message.content) !== false) return inbox.push(message);
      channel.ack(message);
      return undefined;
    } catch (error) {
      return `it cannot be filtered: ${(error as Error).message}`;
    }
  }

  #end(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#inbox.close();
    this.#failed.resolve(error);
  }
}
