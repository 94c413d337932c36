export type { AmqpPublisher, PublisherOptions } from '../runtime/amqp/amqp-publisher.ts';
export { createPublisher } from '../runtime/amqp/amqp-publisher.ts';
export { BrokerSecretError } from '../runtime/amqp/broker-credentials.ts';
export type { CompressionSettings } from '../runtime/amqp/compression.ts';
export type { ConnectionLog } from '../runtime/amqp/connection-log.ts';
export type { ConnectionOptions, ConnectionSettings } from '../runtime/amqp/connection-settings.ts';
export {
  connectionSettings,
  connectionSettingsFromUrl,
  InvalidConnectionSettingsError,
} from '../runtime/amqp/connection-settings.ts';
export type { Event, EventPublisher, EventPublisherOptions, EventResult } from '../runtime/amqp/event-publisher.ts';
export { createEventPublisher } from '../runtime/amqp/event-publisher.ts';
export type { ClaimCheckSettings } from '../runtime/claim-check/check-in.ts';
export { ClaimCheckError } from '../runtime/claim-check/check-in.ts';
export type { Headers, HeaderValue, MessageProperties } from '../runtime/message.ts';
export type { MessagePublisher, OutgoingMessage, PublishResult } from '../runtime/publisher.ts';
