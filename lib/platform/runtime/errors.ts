/** Base class of every error that this library throws. */
export class MessagingError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MessagingError';
  }
}

/** Settings are missing or wrong: options of `consumer`, or environment variables. Found before any message is touched. */
export class ConfigurationError extends MessagingError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConfigurationError';
  }
}

export interface RetryableErrorOptions extends ErrorOptions {
  /**
   * Seconds until the next attempt, for example from a `Retry-After` header. Rounded up to a whole second, held between
   * 1 and 65,535; anything that is not a number counts as absent.
   * @default what the retry policy says
   */
  readonly delaySeconds?: number;
}

/**
 * A failure that may pass by itself. Any error that is not a `FatalError` is retried anyway; this one can say when.
 *
 * @example
 * throw new RetryableError('provider is throttling', { delaySeconds: 30, cause: error });
 */
export class RetryableError extends MessagingError {
  readonly delaySeconds: number | undefined;

  constructor(message: string, options: RetryableErrorOptions = {}) {
    super(message, options);
    this.name = 'RetryableError';
    this.delaySeconds = options.delaySeconds;
  }
}

/**
 * A failure that no retry can mend: the message goes to the dead-letter queue at once.
 *
 * @example
 * throw new FatalError(`no such customer: ${order.customerId}`);
 */
export class FatalError extends MessagingError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FatalError';
  }
}

/** The body, or the record around it, cannot be read: not base64, truncated gzip, not JSON, … */
export class DecodeError extends FatalError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DecodeError';
  }
}

/** One field that the schema refuses. */
export interface ValidationProblem {
  /** Path of the field, e.g. `lines[2].quantity`; `''` is the body itself. */
  readonly path: string;
  readonly message: string;
}

/** The body was read but the consumer's schema refuses it. */
export class ValidationError extends FatalError {
  readonly problems: readonly ValidationProblem[];

  constructor(message: string, problems: readonly ValidationProblem[], options?: ErrorOptions) {
    super(message, options);
    this.name = 'ValidationError';
    this.problems = problems;
  }
}

/** The handler had not settled when the function's time was almost over. Retried, and counted as an attempt. */
export class DeadlineExceededError extends MessagingError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DeadlineExceededError';
  }
}

/** The function process ended, several times, while it handled this message. */
export class ProcessCrashedError extends FatalError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProcessCrashedError';
  }
}

/** Another invocation has taken over this message: what this one still does to it must not count. */
export class ClaimLostError extends MessagingError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ClaimLostError';
  }
}

/** A copy that the broker did not confirm. */
export interface UnconfirmedCopy {
  readonly messageId: string;
  readonly queue: string;
  /** Where the copy should have gone. */
  readonly exchange: string;
  readonly routingKey: string;
  readonly reason: string;
}

/**
 * Copies of failed messages could not be handed to the broker, so the whole batch has to come back. Thrown out of the
 * function on purpose: it is the only way to tell Lambda not to acknowledge the batch.
 */
export class ForwardingError extends MessagingError {
  readonly unconfirmed: readonly UnconfirmedCopy[];

  constructor(message: string, unconfirmed: readonly UnconfirmedCopy[], options?: ErrorOptions) {
    super(message, options);
    this.name = 'ForwardingError';
    this.unconfirmed = unconfirmed;
  }
}

/**
 * The claim store refused nearly the whole batch: the table denies, throttles or is away. Thrown out of the function on purpose, so that
 * its error metric and the circuit breaker see it; the whole batch comes back.
 */
export class ClaimsUnavailableError extends MessagingError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ClaimsUnavailableError';
  }
}

/** The function was invoked with something that is not the event of a RabbitMQ event source mapping. */
export class NotARabbitMqEventError extends MessagingError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NotARabbitMqEventError';
  }
}
