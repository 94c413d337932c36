import { type ChannelModel, type ConfirmChannel, IllegalOperationError, type Message } from 'amqplib';
import type { ConnectionLog } from './connection-log.ts';
import type { PublishOptions } from './message-encoding.ts';
import { ChannelClosedError, ConnectionLostError } from './publish-errors.ts';

/** A connection that was opened. */
export interface LiveConnection {
  readonly model: ChannelModel;
  /** For errors. */
  readonly endpoint: string;
  /** Why it is gone, once it is. */
  lost?: Error;
}

/** What the broker says on a channel. */
export interface ChannelEvents {
  acknowledged(deliveryTag: number, multiple: boolean): void;
  refused(deliveryTag: number, multiple: boolean): void;
  returned(message: Message): void;
  drained(): void;
  unblocked(): void;
  /** The last event of a channel that was not retired. */
  closed(error: ChannelClosedError | ConnectionLostError): void;
}

/** `full`: sent, and nothing more should be before `drained`; `closed`: not sent, `closed` follows. */
export type SendOutcome = 'sent' | 'full' | 'closed';

/** A channel with publisher confirms. */
export interface OpenChannel {
  /** Counts the channels of this process, from 1. */
  readonly number: number;
  /** False once it has closed; `publish` would throw. */
  readonly usable: boolean;
  publish(exchange: string, routingKey: string, body: Buffer, options: PublishOptions): SendOutcome;
  /** Closes it without an event. Nothing may be unanswered on it. */
  retire(): void;
}

/** Makes a confirm channel tell its events and what became of it. */
export function attachChannel(
  live: LiveConnection,
  number: number,
  channel: ConfirmChannel,
  events: ChannelEvents,
  log: ConnectionLog,
): OpenChannel {
  let state: 'open' | 'closed' | 'retired' = 'open';
  let fault: ChannelClosedError | undefined;
  const unblocked = () => events.unblocked();
  live.model.on('unblocked', unblocked);
  channel.on('ack', (fields) => events.acknowledged(fields.deliveryTag, fields.multiple));
  channel.on('nack', (fields) => events.refused(fields.deliveryTag, fields.multiple));
  channel.on('return', (message) => events.returned(message));
  channel.on('drain', () => events.drained());
  channel.on('error', (error: Error & { code?: number }) => {
    fault = new ChannelClosedError(error.code ?? 0, replyTextOf(error), { cause: error });
  });
  const close = () => {
    live.model.off('unblocked', unblocked);
    if (state !== 'open') return;
    state = 'closed';
    // The reason of a connection that closes comes after the end of its channels.
    queueMicrotask(() => events.closed(fault ?? lostError(live)));
  };
  channel.on('close', close);
  return {
    number,
    get usable() {
      return state === 'open' && live.lost === undefined;
    },
    publish: (exchange, routingKey, body, options) => {
      try {
        return channel.publish(exchange, routingKey, body, options) ? 'sent' : 'full';
      } catch (error) {
        if (!(error instanceof IllegalOperationError)) throw error;
        // It closed before this object was made and listened.
        close();
        return 'closed';
      }
    },
    retire: () => {
      state = 'retired';
      channel.close().catch((error: unknown) => {
        log.info('channel not closed in an orderly way', { reason: String(error) });
      });
    },
  };
}

/** AMQP's codes for frames, syntax, commands and internal errors that a message can bring about. */
const provokedCodes: ReadonlySet<unknown> = new Set([501, 502, 503, 504, 505, 540, 541]);

const lostError = ({ endpoint, lost }: LiveConnection): ConnectionLostError =>
  new ConnectionLostError(`connection to ${endpoint} lost: ${lost?.message ?? 'closed'}`, {
    cause: lost,
    provoked: provokedCodes.has((lost as { code?: unknown } | undefined)?.code),
  });

/** The broker's text out of `Channel closed by server: 404 (NOT-FOUND) with message "NOT_FOUND - …"`. */
const replyTextOf = (error: Error): string => /with message "(.*)"$/s.exec(error.message)?.[1] ?? error.message;
