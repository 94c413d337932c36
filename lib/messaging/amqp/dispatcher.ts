import { type Clock, sleep } from '../clock.ts';
import { backoff } from './backoff.ts';
import { blameForChannel, blameForConnection } from './blame.ts';
import { ConfirmWindow } from './confirm-window.ts';
import { PendingQueue } from './pending-queue.ts';
import type { Pending } from './publish-call.ts';
import {
  BlockedError,
  ChannelClosedError,
  type ConnectError,
  type ConnectionLostError,
  DeadlineError,
  type PublishError,
  RejectedError,
  UnroutableError,
} from './publish-errors.ts';
import type { ChannelEvents, OpenChannel, PublishingConnection, SendOutcome } from './publishing-connection.ts';
import { findReturned, type ReturnedMessage } from './returned-message.ts';

export interface DispatcherSettings {
  /** Messages sent and not answered yet. */
  readonly window: number;
  /** A broker that does not answer at all for this long, while it owes answers, is taken for gone. */
  readonly confirmTimeoutMilliseconds: number;
  /** How often a message is sent that the broker refuses (`basic.nack`). */
  readonly maximumRefusals: number;
}

/** Full jitter up to these: after a refusal, and between rounds of connecting. */
const refusalBackoff = { baseMilliseconds: 200, capMilliseconds: 2000 };
const connectBackoff = { baseMilliseconds: 100, capMilliseconds: 5000 };

export interface DispatcherServices {
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** Sends messages over one channel until each has a result. Calls share the channel; their messages keep their order. */
export class Dispatcher {
  readonly #connection: PublishingConnection;
  readonly #settings: DispatcherSettings;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #queue = new PendingQueue<Pending>();
  #window = new ConfirmWindow<Pending>();
  #channel: OpenChannel | undefined;
  #connecting = false;
  #pumping = false;
  #full = false;
  #connectError: ConnectError | undefined;
  /** Failed attempts to connect and lost connections since the broker last confirmed anything. */
  #failures = 0;
  #lastFailure = 0;
  #lastAnswer = 0;
  #watching = false;

  constructor(connection: PublishingConnection, settings: DispatcherSettings, { clock, random }: DispatcherServices) {
    this.#connection = connection;
    this.#settings = settings;
    this.#clock = clock;
    this.#random = random;
  }

  send(entries: readonly Pending[]): void {
    for (const entry of entries) this.#queue.push(entry);
    this.#connection.discardIfFrozen();
    this.#pump();
  }

  /** Gives up what has no result yet, because its deadline has come. */
  expire(entries: readonly Pending[]): void {
    const inFlight = new Set(this.#window.values());
    const late = entries.filter((entry) => !entry.settled);
    for (const entry of late)
      entry.fail(this.#deadlineError(entry, inFlight.has(entry)), entry.unanswered || inFlight.has(entry));
    this.#queue.prune(late.length);
  }

  #deadlineError(entry: Pending, inFlight: boolean): PublishError {
    const cause = entry.lastError ?? this.#connectError;
    const { blocked } = this.#connection;
    if (blocked !== undefined) return new BlockedError(blocked, { cause });
    if (inFlight) return new DeadlineError('the broker has not confirmed the message by the deadline', { cause });
    return new DeadlineError(`not published by the deadline: ${cause?.message ?? 'others were before it'}`, { cause });
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#sendNext());
    } finally {
      this.#pumping = false;
    }
  }

  /** @returns whether there may be more to send right now */
  #sendNext(): boolean {
    const entry = this.#queue.peek();
    if (!entry) return false;
    const channel = this.#channel;
    if (!channel) {
      void this.#open();
      return false;
    }
    const { size } = this.#window;
    if (this.#full || size >= this.#settings.window || this.#connection.blocked !== undefined) return false;
    if (size > 0 && (entry.alone || this.#occupiedAlone())) return false;
    if (entry.refusedOn === channel.number) {
      if (size === 0) this.#renewChannel(channel);
      return false;
    }
    this.#queue.take();
    return this.#transmit(channel, entry);
  }

  #occupiedAlone(): boolean {
    if (this.#window.size !== 1) return false;
    for (const entry of this.#window.values()) return entry.alone;
    return false;
  }

  #transmit(channel: OpenChannel, entry: Pending): boolean {
    const { exchange, routingKey, body } = entry.message;
    let outcome: SendOutcome;
    try {
      outcome = channel.publish(exchange, routingKey, body, entry.options);
    } catch (error) {
      // amqplib throws before it writes anything: the broker has not counted this message.
      entry.fail(error as Error, entry.unanswered);
      return true;
    }
    if (outcome === 'closed') {
      this.#queue.putBack([entry]);
      return false;
    }
    this.#full = outcome === 'full';
    if (this.#window.size === 0) this.#expectAnswer();
    this.#window.add(entry);
    return true;
  }

  /**
   * RabbitMQ 3.10 refuses everything for ever on a channel that was opened while a queue had lost its leader,
   * so what was refused is sent again on another channel.
   */
  #renewChannel(channel: OpenChannel): void {
    this.#channel = undefined;
    channel.retire();
    void this.#open();
  }

  async #open(): Promise<void> {
    if (this.#connecting) return;
    this.#connecting = true;
    try {
      while (this.#queue.peek()) {
        await this.#pauseAfterFailure();
        if (!this.#queue.peek()) break;
        const error = await this.#tryOpen();
        if (!error) break;
        this.#countFailure();
        this.#connectError = error;
        if (!error.retryable) for (const entry of [...this.#queue]) entry.fail(error, entry.unanswered);
      }
    } finally {
      this.#connecting = false;
    }
    this.#pump();
  }

  #countFailure(): void {
    this.#failures += 1;
    this.#lastFailure = this.#clock.now();
  }

  /** The first attempt after a time of health follows at once, and so does one that comes long after the last. */
  async #pauseAfterFailure(): Promise<void> {
    if (this.#failures < 2) return;
    const wait = backoff(this.#failures - 1, connectBackoff, this.#random()) - (this.#clock.now() - this.#lastFailure);
    if (wait > 0) await sleep(this.#clock, wait, { keepsProcessAlive: false });
  }

  async #tryOpen(): Promise<ConnectError | undefined> {
    this.#window = new ConfirmWindow();
    this.#full = false;
    const window = this.#window;
    try {
      this.#channel = await this.#connection.openChannel(this.#listenTo(window));
      this.#connectError = undefined;
      return undefined;
    } catch (error) {
      return error as ConnectError;
    }
  }

  #listenTo(window: ConfirmWindow<Pending>): ChannelEvents {
    return {
      acknowledged: (tag, multiple) => {
        this.#lastAnswer = this.#clock.now();
        this.#failures = 0;
        for (const entry of window.settle(tag, multiple)) this.#acknowledge(entry);
        this.#pump();
      },
      refused: (tag, multiple) => {
        this.#lastAnswer = this.#clock.now();
        for (const entry of window.settle(tag, multiple)) this.#refuse(entry);
        this.#pump();
      },
      returned: (message) => this.#return(message as ReturnedMessage, window),
      drained: () => {
        this.#full = false;
        this.#pump();
      },
      unblocked: () => {
        this.#lastAnswer = this.#clock.now();
        this.#pump();
      },
      closed: (error) => this.#lose(error, window),
    };
  }

  #return({ fields, properties, content }: ReturnedMessage, window: ConfirmWindow<Pending>): void {
    const entry = findReturned({ fields, properties, content }, window.values());
    if (entry) entry.returned = { code: fields.replyCode ?? 0, text: fields.replyText ?? '' };
  }

  #acknowledge(entry: Pending): void {
    if (!entry.returned) entry.confirm();
    else entry.settleAs('returned', new UnroutableError(entry.message, entry.returned.code, entry.returned.text));
  }

  #refuse(entry: Pending): void {
    if (entry.settled) return;
    entry.refusals += 1;
    entry.refusedOn = this.#channel?.number ?? 0;
    const error = new RejectedError(entry.message, entry.refusals);
    entry.lastError = error;
    const wait = backoff(entry.refusals, refusalBackoff, this.#random());
    if (entry.refusals >= this.#settings.maximumRefusals || this.#clock.now() + wait >= entry.call.deadline) {
      if (entry.unanswered) entry.fail(error, true);
      else entry.settleAs('rejected', error);
      return;
    }
    this.#clock.after(wait, () => {
      if (entry.settled) return;
      this.#queue.retry(entry);
      this.#pump();
    });
  }

  /** The channel is gone: finds out who is to blame, if anyone, and sends the others again. */
  #lose(error: ChannelClosedError | ConnectionLostError, window: ConfirmWindow<Pending>): void {
    this.#channel = undefined;
    const sent = window.clear();
    for (const entry of sent) if (entry.returned) this.#acknowledge(entry);
    if (error instanceof ChannelClosedError) blameForChannel(error, sent, this.#queue);
    else {
      this.#countFailure();
      if (error.provoked) blameForConnection(error, sent);
    }
    const again = sent.filter((entry) => !entry.settled);
    for (const entry of again) {
      entry.unanswered = true;
      entry.lastError = error;
    }
    this.#queue.putBack(again);
    this.#pump();
  }

  #expectAnswer(): void {
    this.#lastAnswer = this.#clock.now();
    if (this.#watching) return;
    const limit = this.#settings.confirmTimeoutMilliseconds;
    const watch = (milliseconds: number) => {
      this.#watching = true;
      this.#clock.after(milliseconds, check, { keepsProcessAlive: false });
    };
    const check = () => {
      this.#watching = false;
      if (this.#window.size === 0) return;
      const silence = this.#clock.now() - this.#lastAnswer;
      if (silence >= limit && this.#connection.blocked === undefined)
        this.#connection.discard(`the broker has not answered for ${silence} ms`);
      else watch(Math.max(limit - silence, limit / 4));
    };
    watch(limit);
  }
}
