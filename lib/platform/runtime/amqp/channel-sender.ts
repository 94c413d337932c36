import type { Clock } from '../../time/clock.ts';
import { ChannelClosedError, ConnectError, type ConnectionLostError, UnroutableError } from '../publish-errors.ts';
import { settleChannelClosure, settleConnectionClosure } from './after-closure.ts';
import type { AnswerWatch } from './answer-watch.ts';
import { ConfirmWindow } from './confirm-window.ts';
import type { ConnectPace } from './connect-pace.ts';
import { PendingQueue } from './pending-queue.ts';
import type { Pending } from './publish-call.ts';
import type { ChannelEvents, OpenChannel, PublishingConnection, SendOutcome } from './publishing-connection.ts';
import { findReturned } from './returned-message.ts';

/** What the senders of one connection share. */
export interface SenderContext {
  readonly connection: PublishingConnection;
  readonly clock: Clock;
  readonly pace: ConnectPace;
  readonly watch: AnswerWatch;
  /** Messages sent and not answered yet, on one channel. */
  readonly window: number;
  /** Whether it may be sent beside what is unanswered on all channels. */
  readonly admits: (entry: Pending) => boolean;
  readonly refused: (entry: Pending, channel: number) => void;
  /** There may be room for others now. */
  readonly progressed: () => void;
}

type State =
  | { readonly name: 'idle' }
  /** `lost`: the channel was gone before it was there. */
  | { readonly name: 'connecting'; lost?: ChannelClosedError | ConnectionLostError }
  | Open;

interface Open {
  readonly name: 'open';
  readonly channel: OpenChannel;
  readonly window: ConfirmWindow<Pending>;
  readonly openedAt: number;
  /** Nothing more is to be sent before `drained`. */
  full: boolean;
  /** It may be one that refuses for ever. */
  stale: boolean;
  /** It is looked at again once it may be renewed. */
  renewing: boolean;
}

/** A channel is given up for having refused something once in so many milliseconds, whatever the number of messages. */
export const renewalMilliseconds = 200;

/** Sends messages in order over one channel, opened when there is something to send, or ahead of it, and reopened until each has a result. */
export class ChannelSender {
  readonly queue = new PendingQueue<Pending>();
  readonly #context: SenderContext;
  #state: State = { name: 'idle' };
  #pumping = false;
  #connectError: ConnectError | undefined;

  constructor(context: SenderContext) {
    this.#context = context;
  }

  /** How many were sent and not answered. */
  get unanswered(): number {
    return this.#state.name === 'open' ? this.#state.window.size : 0;
  }

  /** The messages that these are, oldest first. */
  inFlight(): Iterable<Pending> {
    return this.#state.name === 'open' ? this.#state.window.values() : [];
  }

  /** Why there is no channel, while there is none. */
  get connectError(): ConnectError | undefined {
    return this.#connectError;
  }

  /** Opens the channel, though there is nothing to send yet. */
  warmUp(): void {
    if (this.#state.name === 'idle') void this.#open(true);
  }

  pump(): void {
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
    const entry = this.queue.peek();
    const state = this.#state;
    if (!entry || state.name === 'connecting') return false;
    if (state.name === 'idle') {
      void this.#open();
      return false;
    }
    const { connection, window, admits } = this.#context;
    if (state.full || state.window.size >= window || connection.blocked !== undefined || !admits(entry)) return false;
    if (entry.refusedOn === state.channel.number) return this.#renew(state);
    this.queue.take();
    return this.#transmit(state, entry);
  }

  #transmit(state: Open, entry: Pending): boolean {
    let outcome: SendOutcome;
    try {
      entry.route(this.#context.clock);
      const { exchange, routingKey, body } = entry.message;
      outcome = state.channel.publish(exchange, routingKey, body, entry.options);
    } catch (error) {
      // Thrown before anything is written, by amqplib too: the broker has not counted this message.
      entry.fail(error as Error, entry.unanswered);
      return true;
    }
    if (outcome === 'closed') {
      this.queue.putBack([entry]);
      return false;
    }
    state.full = outcome === 'full';
    if (state.window.size === 0) this.#context.watch.expect();
    state.window.add(entry);
    return true;
  }

  /**
   * RabbitMQ 3.10 refuses everything for a queue for ever on a channel that was opened while the queue had lost its
   * leader, so what was refused is sent again on another channel.
   */
  #renew(state: Open): boolean {
    if (state.window.size > 0) return false;
    const { clock } = this.#context;
    const wait = state.openedAt + renewalMilliseconds - clock.now();
    if (wait <= 0) {
      this.#giveUp(state);
      return true;
    }
    if (state.renewing) return false;
    state.renewing = true;
    clock.after(wait, () => this.pump());
    return false;
  }

  #giveUp(state: Open): void {
    this.#state = { name: 'idle' };
    state.channel.retire();
  }

  /** @param ahead makes the first attempt also where there is nothing to send */
  async #open(ahead = false): Promise<void> {
    const { connection, clock, pace } = this.#context;
    for (let isWanted = ahead; isWanted || this.queue.peek(); isWanted = false) {
      const connecting: State = { name: 'connecting' };
      this.#state = connecting;
      await pace.pause();
      if (!isWanted && !this.queue.peek()) break;
      const window = new ConfirmWindow<Pending>();
      try {
        const channel = await connection.openChannel(this.#listenTo(window));
        if (connecting.lost) throw connecting.lost;
        this.#connectError = undefined;
        const openedAt = clock.now();
        this.#state = { name: 'open', channel, window, openedAt, full: false, stale: false, renewing: false };
        return this.pump();
      } catch (error) {
        this.#failToOpen(error as Error);
      }
    }
    this.#state = { name: 'idle' };
  }

  #failToOpen(error: Error): void {
    this.#context.pace.failed(error);
    if (!(error instanceof ConnectError)) return;
    this.#connectError = error;
    if (!error.retryable) for (const entry of [...this.queue]) entry.fail(error, entry.unanswered);
  }

  #listenTo(window: ConfirmWindow<Pending>): ChannelEvents {
    const { pace, watch, refused } = this.#context;
    return {
      acknowledged: (tag, multiple) => {
        pace.confirmed();
        watch.heard();
        for (const entry of window.settle(tag, multiple)) acknowledge(entry);
        this.#progress();
      },
      refused: (tag, multiple) => {
        watch.heard();
        const state = this.#state;
        if (state.name !== 'open') return;
        state.stale = true;
        for (const entry of window.settle(tag, multiple)) if (!entry.settled) refused(entry, state.channel.number);
        this.#progress();
      },
      returned: (message) => {
        const entry = findReturned(message, window.values());
        const { replyCode = 0, replyText = '' } = message.fields;
        if (entry) entry.returned = { code: replyCode, text: replyText };
      },
      drained: () => {
        if (this.#state.name === 'open') this.#state.full = false;
        this.pump();
      },
      unblocked: () => {
        watch.heard();
        this.#context.progressed();
      },
      closed: (error) => this.#lose(error, window),
    };
  }

  #progress(): void {
    this.#context.progressed();
    const state = this.#state;
    if (state.name !== 'open' || !state.stale || state.window.size > 0 || this.queue.peek()) return;
    if (this.#context.clock.now() - state.openedAt >= renewalMilliseconds) this.#giveUp(state);
  }

  /** The channel is gone: what was unanswered on it is sent again, but for what made the broker close it. */
  #lose(error: ChannelClosedError | ConnectionLostError, window: ConfirmWindow<Pending>): void {
    if (this.#state.name === 'connecting') this.#state.lost = error;
    if (this.#state.name !== 'open' || this.#state.window !== window) return;
    this.#state = { name: 'idle' };
    const sent = window.clear();
    for (const entry of sent) if (entry.returned) acknowledge(entry);
    if (error instanceof ChannelClosedError) settleChannelClosure(error, sent, this.queue);
    else {
      this.#context.pace.failed(error);
      if (error.provoked) settleConnectionClosure(error, sent);
    }
    const again = sent.filter((entry) => !entry.settled);
    for (const entry of again) {
      entry.unanswered = true;
      entry.lastError = error;
    }
    this.queue.putBack(again);
    this.#context.progressed();
  }
}

function acknowledge(entry: Pending): void {
  if (!entry.returned) entry.confirm();
  else entry.settleAs('returned', new UnroutableError(entry.message, entry.returned.code, entry.returned.text));
}
