import type { OutgoingMessage } from '../publisher.ts';
import type { OutboxState } from './outbox-item.ts';
import type { OutboxRef } from './outbox-ref.ts';

/** A message of the outbox that is not confirmed. */
export interface WaitingMessage {
  readonly ref: OutboxRef;
  readonly messageId: string;
  readonly state: Exclude<OutboxState, 'confirmed'>;
  /** Relay that sent it last; set while `sent`. */
  readonly owner?: string;
  /** Milliseconds since the epoch; until then a message that is `sent` belongs to its relay. */
  readonly leaseUntil: number;
  /** @throws {UnreadableOutboxItemError} */
  readonly read: () => OutgoingMessage;
}

/** What the relay needs of the outbox. Every change is conditional, so that two relays can be at it at once. */
export interface OutboxStore {
  /** Places of all messages that are not confirmed, a page at a time. The order of keys is random, so that none starves. */
  waiting(): AsyncIterable<readonly OutboxRef[]>;
  /** The first messages of an order key that are not confirmed, in order, at most `limit`. Sees every write that came before. */
  waitingOf(orderKey: string, limit: number): Promise<readonly WaitingMessage[]>;
  /** Takes a message for `owner` until `leaseUntil`; `false` when another relay has it or it is confirmed. */
  markSent(ref: OutboxRef, owner: string, leaseUntil: number): Promise<boolean>;
  /** The broker has it, whoever sent it. Doing so again changes nothing. */
  confirm(ref: OutboxRef): Promise<void>;
  /** Makes a message pending again, unless another relay has taken it meanwhile. */
  giveBack(ref: OutboxRef, owner: string, problem: string | undefined): Promise<void>;
}
