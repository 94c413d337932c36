import type { ChannelClosedError, ConnectionLostError } from '../publish-errors.ts';
import type { PublishOptions } from './message-encoding.ts';
import type { ReturnedMessage } from './returned-message.ts';

/** What a publisher needs of a connection to the broker: the real one, or a model of it. */
export interface PublishingConnection {
  /** The broker's reason for blocking publishers, while it does. */
  readonly blocked: string | undefined;
  /**
   * Opens a channel with publisher confirms, on a new connection if there is none. Calls may overlap.
   * @throws {ConnectError}
   */
  openChannel(events: ChannelEvents): Promise<OpenChannel>;
  /** Gives the connection up without a word to the broker. Its channels report `closed`. */
  discard(reason: string): void;
  /** Gives the connection up if this process did not run for so long that the broker has closed its side. */
  discardIfFrozen(): void;
  /** Closes the connection in an orderly way; ends an attempt to connect. */
  close(): Promise<void>;
}

/** What the broker says on a channel. None of these comes before `openChannel` has given the channel. */
export interface ChannelEvents {
  acknowledged(deliveryTag: number, multiple: boolean): void;
  refused(deliveryTag: number, multiple: boolean): void;
  returned(message: ReturnedMessage): void;
  drained(): void;
  unblocked(): void;
  /** Comes once, as the last event, unless the channel was retired. */
  closed(error: ChannelClosedError | ConnectionLostError): void;
}

/** `full`: sent, and nothing more should be before `drained`; `closed`: not sent, `closed` follows. */
export type SendOutcome = 'sent' | 'full' | 'closed';

/** A channel with publisher confirms. */
export interface OpenChannel {
  /** Tells the channels of a connection's lifetime and of those after it apart; from 1. */
  readonly number: number;
  /** @throws before anything is sent, for properties that AMQP cannot hold */
  publish(exchange: string, routingKey: string, body: Buffer, options: PublishOptions): SendOutcome;
  /** Closes it without an event. Nothing may be unanswered on it. */
  retire(): void;
}
