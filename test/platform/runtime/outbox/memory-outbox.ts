import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { messageOf, refOf } from '../../../../lib/platform/runtime/outbox/outbox-item.ts';
import type { Item, OutboxRef } from '../../../../lib/platform/runtime/outbox/outbox-ref.ts';
import type { OutboxStore, WaitingMessage } from '../../../../lib/platform/runtime/outbox/outbox-store.ts';

interface Entry {
  readonly item: Item;
  state: 'pending' | 'sent' | 'confirmed';
  owner: string | undefined;
  leaseUntil: number;
}

/** The outbox as the relay sees it, in memory; held to the same promises as the one in DynamoDB. */
export class MemoryOutbox implements OutboxStore {
  readonly #now: () => number;
  readonly entries = new Map<string, Entry>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** What a transaction with these items does when it commits. */
  commit(items: readonly TransactWriteItem[]): void {
    for (const { Put } of items) {
      const item = Put?.Item as Item;
      this.entries.set(idOf(refOf(item)), { item, state: 'pending', owner: undefined, leaseUntil: 0 });
    }
  }

  get unconfirmed(): number {
    return [...this.entries.values()].filter(({ state }) => state !== 'confirmed').length;
  }

  async *waiting(): AsyncIterable<readonly OutboxRef[]> {
    yield [...this.entries.values()].filter(({ state }) => state !== 'confirmed').map(({ item }) => refOf(item));
  }

  async waitingOf(orderKey: string, limit: number): Promise<readonly WaitingMessage[]> {
    return [...this.entries.values()]
      .filter(({ item, state }) => state !== 'confirmed' && refOf(item).orderKey === orderKey)
      .sort((a, b) => (refOf(a.item).position < refOf(b.item).position ? -1 : 1))
      .slice(0, limit)
      .map(({ item, state, owner, leaseUntil }) => ({
        ref: refOf(item),
        messageId: item.messageId?.S ?? '',
        state: state as 'pending' | 'sent',
        owner,
        leaseUntil,
        read: () => messageOf(item),
      }));
  }

  async markSent(ref: OutboxRef, owner: string, leaseUntil: number): Promise<boolean> {
    const entry = this.entries.get(idOf(ref));
    if (!entry || entry.state === 'confirmed') return false;
    if (entry.state === 'sent' && entry.owner !== owner && entry.leaseUntil > this.#now()) return false;
    Object.assign(entry, { state: 'sent', owner, leaseUntil });
    return true;
  }

  async confirm(ref: OutboxRef): Promise<void> {
    const entry = this.entries.get(idOf(ref));
    if (entry) Object.assign(entry, { state: 'confirmed', owner: undefined });
  }

  async giveBack(ref: OutboxRef, owner: string): Promise<void> {
    const entry = this.entries.get(idOf(ref));
    if (entry?.state === 'sent' && entry.owner === owner) Object.assign(entry, { state: 'pending', owner: undefined });
  }
}

const idOf = ({ orderKey, position }: OutboxRef): string => `${orderKey} ${position}`;
