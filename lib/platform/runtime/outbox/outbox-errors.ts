import { MessagingError } from '../errors.ts';

/** The message does not fit into one item of the outbox. Nothing was written. */
export class OutboxItemTooLargeError extends MessagingError {
  readonly bytes: number;
  readonly limit: number;

  constructor(messageId: string, bytes: number, limit: number) {
    super(
      `message ${messageId} takes ${bytes} bytes in the outbox; at most ${limit} fit into a DynamoDB item of 400 KB. ` +
        'Put the body elsewhere and send a reference to it, or publish it directly',
    );
    this.name = 'OutboxItemTooLargeError';
    this.bytes = bytes;
    this.limit = limit;
  }
}

/** The order key is empty or longer than a DynamoDB key may be. Nothing was written. */
export class InvalidOutboxKeyError extends MessagingError {
  constructor(bytes: number, limit: number) {
    super(`key of an outbox message has ${bytes} bytes; it takes 1 to ${limit}`);
    this.name = 'InvalidOutboxKeyError';
  }
}

/** The outbox could not be written or read. `cause` is what DynamoDB said. */
export class OutboxUnavailableError extends MessagingError {
  constructor(operation: string, tableName: string, cause: unknown) {
    super(
      `${operation} in outbox table ${tableName} failed: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}`,
      { cause },
    );
    this.name = 'OutboxUnavailableError';
  }
}

/** An item of the outbox was not written by this library, so that there is nothing to publish. */
export class UnreadableOutboxItemError extends MessagingError {
  constructor(key: string, position: string, options?: ErrorOptions) {
    super(`item ${position} of ${key} in the outbox cannot be read`, options);
    this.name = 'UnreadableOutboxItemError';
  }
}
