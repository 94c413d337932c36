import { outboxTable } from '../../../../lib/platform/config/table-shapes.ts';
import type { Item } from '../dynamodb/attribute.ts';
import type { Tables } from '../dynamodb/tables.ts';
import type { Publishing } from '../rabbitmq/broker-message.ts';
import type { MessagePlan } from '../scenario/scenario.ts';
import { transactions } from './invariants.ts';
import type { Ledger } from './ledger.ts';

const idOf = (item: Item): string => item.messageId?.S ?? '';
const isWaiting = (item: Item | undefined): boolean => item?.[outboxTable.pendingIndex] !== undefined;

/** Whether the outbox keeps what it was given, as long as it has to, and in the order of its keys. */
export class OutboxWatch {
  readonly #ledger: Ledger;
  readonly #tables: Tables;
  /** By id: what was in the outbox under the same key when the event was added. */
  readonly #predecessors = new Map<string, readonly string[]>();
  /** Ids whose confirm a relay has seen. */
  readonly #confirmed = new Set<string>();
  readonly #isCalm: boolean;
  #waiting = 0;

  /** @param isCalm nothing goes wrong all the time */
  constructor(ledger: Ledger, tables: Tables, isCalm: boolean) {
    this.#isCalm = isCalm;
    this.#ledger = ledger;
    this.#tables = tables;
  }

  /** Events that are in the outbox and not confirmed. */
  get waiting(): number {
    return this.#waiting;
  }

  /** To be told before an event is added. Only the first time counts: of several tries the first may be the one that went through. */
  adds(id: string, key: string): void {
    if (this.#predecessors.has(id)) return;
    const there = this.#tables.all('outbox').filter((item) => item[outboxTable.partitionKey]?.S === `key#${key}`);
    this.#predecessors.set(id, there.map(idOf));
  }

  /** To be told of each message that a relay sends. */
  sends({ properties }: Publishing): void {
    const id = String(properties.messageId);
    if (this.#isCalm && this.#confirmed.has(id))
      this.#violate(
        'an event is published once while nothing goes wrong',
        id,
        `${id} is sent again although it is confirmed`,
      );
    const overtaken = this.#predecessors.get(id)?.find((earlier) => !this.#confirmed.has(earlier));
    if (overtaken !== undefined)
      this.#violate(
        'the outbox keeps the order of a key',
        id,
        `${id} is sent before ${overtaken} is confirmed, which was in the outbox when ${id} was added and has the same key`,
      );
  }

  /** To be told of each confirm that a relay sees. */
  confirmed({ properties }: Publishing): void {
    this.#confirmed.add(String(properties.messageId));
  }

  /** To be told of each change of an item. */
  changed(before: Item | undefined, after: Item | undefined): void {
    if (!isWaiting(before) && isWaiting(after)) this.#waiting += 1;
    if (!isWaiting(before) || isWaiting(after)) return;
    this.#waiting -= 1;
    const id = idOf(before as Item);
    if (!this.#confirmed.has(id))
      this.#violate('the outbox keeps what is not confirmed', id, `${id} leaves the outbox before it is confirmed`);
  }

  /** To be told when the world has come to rest, before what became of messages is checked: what was committed must not be lost. */
  rests(messages: readonly MessagePlan[]): void {
    const added = new Set(this.#tables.all('outbox').map(idOf));
    for (const { id, outbox } of messages) {
      if (!outbox) continue;
      const { within } = outbox;
      if (added.has(id)) for (const account of this.#ledger.of(id)) account.confirmed = true;
      else if (this.#ledger.of(id).some(({ runs }) => runs.length > 0))
        this.#violate('what is not in the outbox is not published', id, `${id} was handled and never added`);
      if (within && transactions(this.#tables, { consumer: within.consumer, id: within.message }) > 0 !== added.has(id))
        this.#violate(
          'an event is added if and only if its transaction commits',
          id,
          `${id} is ${added.has(id) ? '' : 'not '}in the outbox, unlike the effect of ${within.message}`,
        );
    }
    if (this.#waiting > 0)
      this.#violate(
        'every message settles in bounded time',
        undefined,
        `${this.#waiting} events are still in the outbox`,
      );
  }

  #violate(rule: string, message: string | undefined, what: string): void {
    this.#ledger.violate({ rule, ...(message !== undefined && { message }), what });
  }
}
