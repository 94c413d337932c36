import { backoff } from '../../time/backoff.ts';
import type { Clock } from '../../time/clock.ts';
import { BlockedError, DeadlineError, type PublishError, RejectedError } from '../publish-errors.ts';
import { AnswerWatch } from './answer-watch.ts';
import { ChannelSender, type SenderContext } from './channel-sender.ts';
import { ConnectPace } from './connect-pace.ts';
import type { Pending } from './publish-call.ts';
import type { PublishingConnection } from './publishing-connection.ts';

export interface DispatcherSettings {
  /** Messages sent and not answered yet. */
  readonly window: number;
  /** A broker that does not answer at all for this long, while it owes answers, is taken for gone. */
  readonly confirmTimeoutMilliseconds: number;
  /** How often a message is sent that the broker refuses (`basic.nack`). */
  readonly maximumRefusals: number;
}

export interface DispatcherServices {
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** Of one message, after a refusal, in milliseconds. */
const refusalBackoff = { base: 200, cap: 2000 };

/**
 * Sends messages until each has a result. Calls share a channel; their messages keep their order. What the broker
 * refuses has lost its place already: it goes over a channel of its own, so that the others do not notice.
 */
export class Dispatcher {
  readonly #connection: PublishingConnection;
  readonly #settings: DispatcherSettings;
  readonly #services: DispatcherServices;
  readonly #inOrder: ChannelSender;
  readonly #refused: ChannelSender;
  readonly #senders: readonly ChannelSender[];

  constructor(connection: PublishingConnection, settings: DispatcherSettings, services: DispatcherServices) {
    const { clock, random } = services;
    this.#connection = connection;
    this.#settings = settings;
    this.#services = services;
    const context: SenderContext = {
      connection,
      clock,
      window: settings.window,
      pace: new ConnectPace(clock, random),
      watch: new AnswerWatch({
        clock,
        limit: settings.confirmTimeoutMilliseconds,
        owed: () => (this.#unanswered === 0 ? 'no' : connection.blocked === undefined ? 'yes' : 'blocked'),
        silent: (milliseconds) => connection.discard(`the broker has not answered for ${milliseconds} ms`),
      }),
      admits: (entry) => this.#admits(entry),
      refused: (entry, channel) => this.#refuse(entry, channel),
      progressed: () => {
        for (const sender of this.#senders) sender.pump();
      },
    };
    this.#inOrder = new ChannelSender(context);
    this.#refused = new ChannelSender(context);
    this.#senders = [this.#inOrder, this.#refused];
  }

  send(entries: readonly Pending[]): void {
    for (const entry of entries) this.#inOrder.queue.push(entry);
    this.#connection.discardIfFrozen();
    this.#inOrder.pump();
  }

  /** Opens the channel ahead of the first message. */
  warmUp(): void {
    this.#connection.discardIfFrozen();
    this.#inOrder.warmUp();
  }

  /** Gives up what has no result yet, because its deadline has come. */
  expire(entries: readonly Pending[]): void {
    const inFlight = new Set([...this.#inOrder.inFlight(), ...this.#refused.inFlight()]);
    const late = entries.filter((entry) => !entry.settled);
    for (const entry of late)
      entry.fail(this.#deadlineError(entry, inFlight.has(entry)), entry.unanswered || inFlight.has(entry));
    for (const { queue } of this.#senders) queue.prune(late.length);
  }

  #deadlineError(entry: Pending, inFlight: boolean): PublishError {
    const cause = entry.lastError ?? this.#inOrder.connectError;
    const { blocked } = this.#connection;
    if (blocked !== undefined) return new BlockedError(blocked, { cause });
    if (inFlight) return new DeadlineError('the broker has not confirmed the message by the deadline', { cause });
    return new DeadlineError(`not published by the deadline: ${cause?.message ?? 'others were before it'}`, { cause });
  }

  get #unanswered(): number {
    return this.#inOrder.unanswered + this.#refused.unanswered;
  }

  /** A message that may be the one that makes the broker close channel or connection goes while nothing else is unanswered. */
  #admits(entry: Pending): boolean {
    const unanswered = this.#unanswered;
    if (unanswered === 0) return true;
    return !entry.alone && (unanswered > 1 || !this.#alone());
  }

  #alone(): boolean {
    for (const sender of this.#senders) for (const entry of sender.inFlight()) return entry.alone;
    return false;
  }

  #refuse(entry: Pending, channel: number): void {
    const { clock, random } = this.#services;
    entry.refusals += 1;
    entry.refusedOn = channel;
    const error = new RejectedError(entry.message, entry.refusals);
    entry.lastError = error;
    const wait = backoff(entry.refusals, refusalBackoff, random);
    if (entry.refusals >= this.#settings.maximumRefusals || clock.now() + wait >= entry.call.deadline) {
      if (entry.unanswered) entry.fail(error, true);
      else entry.settleAs('rejected', error);
      return;
    }
    clock.after(wait, () => {
      if (entry.settled) return;
      this.#refused.queue.push(entry);
      this.#refused.pump();
    });
  }
}
