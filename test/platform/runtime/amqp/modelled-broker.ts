import type {
  ChannelEvents,
  OpenChannel,
  PublishingConnection,
} from '../../../../lib/platform/runtime/amqp/publishing-connection.ts';
import type { ReturnedMessage } from '../../../../lib/platform/runtime/amqp/returned-message.ts';
import { ConnectionLostError } from '../../../../lib/platform/runtime/publish-errors.ts';
import type { Clock } from '../../../../lib/platform/time/clock.ts';

/** What the broker does with a message: confirms it, returns it because no queue takes it, refuses it, says nothing. */
export type Answer = 'confirm' | 'return' | 'refuse' | 'nothing';

/** One message as it came to the broker. */
export interface Arrival {
  readonly exchange: string;
  readonly routingKey: string;
  readonly channel: number;
  readonly at: number;
}

export interface ModelledBrokerOptions {
  /** @default every message is confirmed */
  readonly answer?: (arrival: Arrival) => Answer;
  /** Called for each attempt, from 1; what it returns is thrown. */
  readonly refuseConnection?: (attempt: number) => Error | undefined;
  /** Of a request and its answer together, in milliseconds. @default 1 */
  readonly roundTrip?: number;
  /** How long it takes to open a channel, in milliseconds. @default two round trips: to open it and to switch confirms on */
  readonly opening?: number;
}

/** A connection to a broker that exists in virtual time only. */
export class ModelledBroker implements PublishingConnection {
  blocked: string | undefined;
  /** When the broker was asked for a channel, and which it gave. */
  readonly attempts: number[] = [];
  readonly openings: number[] = [];
  readonly arrivals: Arrival[] = [];
  readonly discarded: string[] = [];
  readonly #clock: Clock;
  readonly #answer: (arrival: Arrival) => Answer;
  readonly #refuseConnection: (attempt: number) => Error | undefined;
  readonly #roundTrip: number;
  readonly #opening: number;
  readonly #channels = new Map<number, ChannelEvents>();

  constructor(clock: Clock, options: ModelledBrokerOptions = {}) {
    const { answer = () => 'confirm', refuseConnection = () => undefined, roundTrip = 1 } = options;
    this.#clock = clock;
    this.#answer = answer;
    this.#refuseConnection = refuseConnection;
    this.#roundTrip = roundTrip;
    this.#opening = options.opening ?? 2 * roundTrip;
  }

  async openChannel(events: ChannelEvents): Promise<OpenChannel> {
    this.attempts.push(this.#clock.now());
    const problem = this.#refuseConnection(this.attempts.length);
    await new Promise<void>((resolve) => this.#clock.after(this.#opening, resolve));
    if (problem) throw problem;
    this.openings.push(this.#clock.now());
    const number = this.openings.length;
    this.#channels.set(number, events);
    let tag = 0;
    return {
      number,
      publish: (exchange, routingKey, content, options) => {
        if (!this.#channels.has(number)) return 'closed';
        tag += 1;
        const fields = { exchange, routingKey };
        this.#arrive({ ...fields, channel: number, at: this.#clock.now() }, tag, {
          fields,
          properties: options,
          content,
        });
        return 'sent';
      },
      retire: () => {
        this.#channels.delete(number);
      },
    };
  }

  #arrive(arrival: Arrival, tag: number, message: ReturnedMessage): void {
    this.arrivals.push(arrival);
    const answer = this.#answer(arrival);
    if (answer === 'nothing') return;
    this.#clock.after(this.#roundTrip, () => {
      const events = this.#channels.get(arrival.channel);
      if (answer === 'refuse') return events?.refused(tag, false);
      if (answer === 'return') events?.returned(message);
      events?.acknowledged(tag, false);
    });
  }

  /** Ends the connection, with this code where it has one. */
  lose(reason: string, provoked = false): void {
    const lost = new Error(reason);
    const channels = [...this.#channels.values()];
    this.#channels.clear();
    for (const events of channels) events.closed(new ConnectionLostError(reason, { cause: lost, provoked }));
  }

  discard(reason: string): void {
    this.discarded.push(reason);
    this.lose(reason);
  }

  discardIfFrozen(): void {}

  async close(): Promise<void> {
    this.#channels.clear();
  }
}
