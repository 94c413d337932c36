import type { Headers, MessageProperties } from './message.ts';

/** A message on its way to an exchange. */
export interface OutgoingMessage {
  /** `''` is the default exchange: the routing key then names a queue. */
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: MessageProperties;
  readonly headers: Headers;
  readonly body: Buffer;
  /**
   * When it is due. Until then it waits in the broker, for which the topology must let the publisher do so (`scheduled: true`); how long
   * is worked out each time that it is sent.
   * @default at once
   */
  readonly deliverAt?: Date | undefined;
}

/** What became of one message. Only `confirmed` means that the broker has it. */
export type PublishResult =
  | { readonly status: 'confirmed' }
  /** Unroutable: no queue is bound for this exchange and routing key. */
  | { readonly status: 'returned'; readonly error: Error }
  /** The broker refused it (`basic.nack`), for example a full queue. */
  | { readonly status: 'rejected'; readonly error: Error }
  /** Not sent, or sent without an answer. */
  | { readonly status: 'failed'; readonly error: Error; readonly mayHaveArrived: boolean };

/** Publishes with confirms. One result per message, in the order given; never rejects for a single message's fate. */
export interface MessagePublisher {
  publish(messages: readonly OutgoingMessage[], options?: { readonly deadline?: number }): Promise<PublishResult[]>;
  /** Begins to connect, so that a message that follows soon goes out at once. Never throws: what fails shows when that is published. */
  warmUp?(): void;
}
