export type { RetrySettings } from '../config/retry-settings.ts';
export type { ConsumerHandler } from '../runtime/consumer.ts';
export { consumer } from '../runtime/consumer.ts';
export type { ErrorClass, RawConsumerOptions, SchemaConsumerOptions } from '../runtime/consumer-options.ts';
export type { MessageContext } from '../runtime/context.ts';
export type { Headers, HeaderValue, Message, MessageProperties } from '../runtime/message.ts';
export type { TraceContext } from '../runtime/trace/trace-context.ts';
export type { Tracer } from '../runtime/trace/tracer.ts';
