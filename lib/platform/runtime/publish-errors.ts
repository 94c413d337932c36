/** Base of every error that a publisher reports. */
export class PublishError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PublishError';
  }
}

/** No queue is bound for the message's exchange and routing key. */
export class UnroutableError extends PublishError {
  readonly exchange: string;
  readonly routingKey: string;
  readonly replyCode: number;
  readonly replyText: string;

  constructor(target: { exchange: string; routingKey: string }, replyCode: number, replyText: string) {
    super(
      `no queue takes messages of exchange "${target.exchange}" with routing key "${target.routingKey}" (${replyCode} ${replyText})`,
    );
    this.name = 'UnroutableError';
    this.exchange = target.exchange;
    this.routingKey = target.routingKey;
    this.replyCode = replyCode;
    this.replyText = replyText;
  }
}

/** The broker refused the message with `basic.nack`, each time it was tried: a full queue, or one without a leader. */
export class RejectedError extends PublishError {
  readonly exchange: string;
  readonly routingKey: string;
  readonly attempts: number;

  constructor(target: { exchange: string; routingKey: string }, attempts: number) {
    super(
      `broker refused the message for exchange "${target.exchange}" with routing key "${target.routingKey}" ` +
        `${attempts} time(s); a queue behind it is full or unavailable`,
    );
    this.name = 'RejectedError';
    this.exchange = target.exchange;
    this.routingKey = target.routingKey;
    this.attempts = attempts;
  }
}

/** The connection broke, or the broker stopped answering. */
export class ConnectionLostError extends PublishError {
  /** The broker closed the connection because of something that was sent, not because it stops or was told to. */
  readonly provoked: boolean;

  constructor(message: string, options?: ErrorOptions & { readonly provoked?: boolean }) {
    super(message, options);
    this.name = 'ConnectionLostError';
    this.provoked = options?.provoked ?? false;
  }
}

/** The broker closed the channel because of a message: 404 no such exchange, 403 not permitted, 406 not acceptable. */
export class ChannelClosedError extends PublishError {
  readonly replyCode: number;
  readonly replyText: string;

  constructor(replyCode: number, replyText: string, options?: ErrorOptions) {
    super(`broker closed the channel: ${replyCode} ${replyText}`, options);
    this.name = 'ChannelClosedError';
    this.replyCode = replyCode;
    this.replyText = replyText;
  }
}

/** The broker blocks publishers (memory or disk alarm) and still did at the deadline. */
export class BlockedError extends PublishError {
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`broker blocks publishers (${reason}) and still did at the deadline`, options);
    this.name = 'BlockedError';
    this.reason = reason;
  }
}

/** The deadline passed. `cause` is the last thing that went wrong, where anything did. */
export class DeadlineError extends PublishError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DeadlineError';
  }
}

/** The body is larger than the broker accepts. */
export class MessageTooLargeError extends PublishError {
  readonly bytes: number;
  readonly limit: number;

  constructor(bytes: number, limit: number) {
    super(`message body has ${bytes} bytes; the broker takes at most ${limit}`);
    this.name = 'MessageTooLargeError';
    this.bytes = bytes;
    this.limit = limit;
  }
}

/** A property or header cannot be sent. The message names it. */
export class InvalidMessageError extends PublishError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InvalidMessageError';
  }
}

/** Too much waits for the broker already. Wait for earlier calls before publishing more. */
export class BacklogFullError extends PublishError {
  constructor(waiting: string, limit: string) {
    super(`${waiting} wait for the broker; the limit is ${limit}. Wait for earlier calls before publishing more`);
    this.name = 'BacklogFullError';
  }
}

/** The publisher was closed. */
export class PublisherClosedError extends PublishError {
  constructor() {
    super('publisher is closed');
    this.name = 'PublisherClosedError';
  }
}

/**
 * Why no connection came about. `network`: nothing answers, or not in time; `tls`: certificate or host name does not
 * verify; `credentials`: login refused or secret unreadable; `vhost`: it does not exist, the user may not use it or it
 * takes no further connection; `protocol`: anything else that the broker objected to.
 */
export type ConnectFailure = 'network' | 'tls' | 'credentials' | 'vhost' | 'protocol';

/** No connection to the broker came about. */
export class ConnectError extends PublishError {
  readonly endpoint: string;
  readonly reason: ConnectFailure;
  /** Whether trying again may help. */
  readonly retryable: boolean;

  constructor(
    endpoint: string,
    reason: ConnectFailure,
    message: string,
    options?: ErrorOptions & { readonly retryable?: boolean },
  ) {
    super(`cannot connect to ${endpoint}: ${message}`, options);
    this.name = 'ConnectError';
    this.retryable = options?.retryable ?? true;
    this.endpoint = endpoint;
    this.reason = reason;
  }
}
