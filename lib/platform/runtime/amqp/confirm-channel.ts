import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { ChannelClosedError, ConnectionLostError } from '../publish-errors.ts';
import type { ConnectionLog } from './connection-log.ts';
import type { ChannelEvents, OpenChannel } from './publishing-connection.ts';

/** A connection that was opened. */
export interface LiveConnection {
  readonly model: ChannelModel;
  /** For errors. */
  readonly endpoint: string;
  /** Why it is gone, once it is. */
  lost?: Error;
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
    publish: (exchange, routingKey, body, options) => {
      if (state !== 'open' || live.lost) return 'closed';
      return channel.publish(exchange, routingKey, body, options) ? 'sent' : 'full';
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
