import type { Clock } from '../../time/clock.ts';
import type { PublishError } from '../publish-errors.ts';
import type { OutgoingMessage, PublishResult } from '../publisher.ts';
import type { PublishOptions } from './message-encoding.ts';
import { messageToSend } from './scheduled-delivery.ts';

const confirmed: PublishResult = Object.freeze({ status: 'confirmed' });

/** One call of `publish`: its deadline, and the results as they come in. */
export class PublishCall {
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly results: Promise<PublishResult[]>;
  readonly #results: PublishResult[];
  #open: number;
  #resolve: (results: PublishResult[]) => void = () => {};

  constructor(messages: number, deadline: number) {
    this.deadline = deadline;
    this.#results = new Array(messages);
    this.#open = messages;
    this.results = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    if (messages === 0) this.#resolve([]);
  }

  settle(index: number, result: PublishResult): void {
    this.#results[index] = result;
    this.#open -= 1;
    if (this.#open === 0) this.#resolve(this.#results);
  }
}

/** A message on its way: what is known of it until it has a result. */
export class Pending {
  readonly call: PublishCall;
  readonly index: number;
  /** As it is sent, or was sent last. */
  message: OutgoingMessage;
  /** The same as it was given, where that names a time. */
  readonly scheduled: OutgoingMessage | undefined;
  readonly options: PublishOptions;
  settled = false;
  /** It was sent and the connection or channel was lost before an answer came. */
  unanswered = false;
  /** To be sent while nothing else is on the channel: it may be the one that makes the broker close it. */
  alone = false;
  /** How often the broker closed the connection while this was alone on it. */
  closures = 0;
  refusals = 0;
  /** Number of the channel on which the broker last refused it. */
  refusedOn = 0;
  returned: { readonly code: number; readonly text: string } | undefined = undefined;
  lastError: PublishError | undefined = undefined;

  constructor(call: PublishCall, index: number, message: OutgoingMessage, options: PublishOptions) {
    this.call = call;
    this.index = index;
    this.message = message;
    this.scheduled = message.deliverAt && message;
    this.options = options;
  }

  /**
   * To be called each time before it is sent: the longer it was held, the less it has to wait.
   * @throws {InvalidMessageError} when it cannot wait that long
   */
  route(clock: Pick<Clock, 'now'>): void {
    if (this.scheduled) this.message = messageToSend(this.scheduled, clock.now());
  }

  confirm(): void {
    this.#settle(confirmed);
  }

  fail(error: Error, mayHaveArrived: boolean): void {
    this.#settle({ status: 'failed', error, mayHaveArrived });
  }

  settleAs(status: 'returned' | 'rejected', error: Error): void {
    this.#settle({ status, error });
  }

  #settle(result: PublishResult): void {
    if (this.settled) return;
    this.settled = true;
    this.call.settle(this.index, result);
  }
}
