import type { Random } from '../engine/random.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import type { Publishing } from './broker-message.ts';
import type { Broker, PublishOutcome } from './simulated-broker.ts';

/** What the broker makes of a connection or a message, faults included. */
export interface BrokerTrouble {
  /** Nobody gets in: the broker restarts, or the network is away. */
  readonly isAway: () => boolean;
  /** Opens the channel and closes the connection in the same breath. */
  readonly closesWhileOpening: () => boolean;
  /** Has no queue for a message that there is one for by right. */
  readonly isUnbound: (publishing: Publishing) => boolean;
  /** Refuses a message although its queues have room: one of them lost its leader. */
  readonly refuses: () => boolean;
  /** Writes the message, and the connection goes before the confirm. */
  readonly losesConfirm: () => boolean;
}

/** The broker's end of one connection. */
export interface ServerConnection {
  /** The client hears that the connection is over. */
  readonly lost: (reason: string) => void;
  readonly blocked: (reason: string | undefined) => void;
  readonly owner: string;
}

/** Where publishers come in: connections, and what becomes of messages on them. */
export class FrontDoor {
  readonly #broker: Broker;
  readonly #trouble: BrokerTrouble;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #onTaken: (publishing: Publishing) => void;
  readonly #connections = new Set<ServerConnection>();
  #blocked: string | undefined;

  /** @param onTaken told of each message that all its queues have taken */
  constructor(
    broker: Broker,
    trouble: BrokerTrouble,
    scheduler: Scheduler,
    random: Random,
    onTaken: (publishing: Publishing) => void = () => undefined,
  ) {
    this.#onTaken = onTaken;
    this.#broker = broker;
    this.#trouble = trouble;
    this.#scheduler = scheduler;
    this.#random = random;
  }

  get isAway(): boolean {
    return this.#trouble.isAway();
  }

  get closesWhileOpening(): boolean {
    return this.#trouble.closesWhileOpening();
  }

  get blockedReason(): string | undefined {
    return this.#blocked;
  }

  enter(connection: ServerConnection): void {
    this.#connections.add(connection);
    if (this.#blocked !== undefined) connection.blocked(this.#blocked);
  }

  leave(connection: ServerConnection): void {
    this.#connections.delete(connection);
  }

  /** Closes connections: all, or those of one client. */
  disconnect(reason: string, owner?: string): void {
    for (const connection of [...this.#connections]) {
      if (owner !== undefined && connection.owner !== owner) continue;
      this.#connections.delete(connection);
      connection.lost(reason);
    }
  }

  block(reason: string | undefined): void {
    this.#blocked = reason;
    for (const connection of this.#connections) connection.blocked(reason);
  }

  /** @param answer called once, after the message is safe or refused; `lost`: written, but the connection went */
  publish(
    publishing: Publishing,
    answer: (outcome: PublishOutcome | 'lost') => void,
    taken?: (publishing: Publishing) => void,
  ): void {
    if (this.#trouble.refuses()) {
      answer('refused');
      return;
    }
    const outcome = this.#trouble.isUnbound(publishing) ? 'unroutable' : this.#broker.publish(publishing);
    if (outcome === 'confirmed') {
      this.#onTaken(publishing);
      taken?.(publishing);
    }
    if (this.#trouble.losesConfirm()) answer('lost');
    else if (outcome === 'unroutable' || outcome === 'no-such-exchange') answer(outcome);
    else this.#scheduler.after(0.5 + this.#random.next() * 3, () => answer(outcome));
  }
}
