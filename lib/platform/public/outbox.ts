export type { Outbox, OutboxEvent, OutboxOptions } from '../runtime/outbox/outbox.ts';
export { createOutbox } from '../runtime/outbox/outbox.ts';
export {
  InvalidOutboxKeyError,
  OutboxItemTooLargeError,
  OutboxUnavailableError,
} from '../runtime/outbox/outbox-errors.ts';
export type { PublishOrKeepOptions, PublishOrKeepResult } from '../runtime/outbox/publish-or-keep.ts';
export { NotKeptError, publishOrKeep } from '../runtime/outbox/publish-or-keep.ts';
