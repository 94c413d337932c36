import type { Batch } from '../batch/batch.ts';
import type { Delivery } from '../batch/delivery.ts';
import type { Fate } from '../batch/fate.ts';
import { logTracerProblem } from '../batch/message-log.ts';
import { Header } from '../headers.ts';
import type { TraceContext } from './trace-context.ts';
import {
  type Attributes,
  type Span,
  type SpanOptions,
  spanKindConsumer,
  spanStatusError,
  type Tracer,
} from './tracer.ts';

/**
 * Runs the handling of one message in a span of its own, as OpenTelemetry's conventions for messaging have it
 * (https://opentelemetry.io/docs/specs/semconv/messaging/): kind CONSUMER, operation `process`, a link to the context in which the message
 * was created. Not a child of that context: a batch has many, and a retry comes hours later.
 *
 * A tracer that fails costs its spans, never the message.
 *
 * @param run called once, whatever the tracer does; neither throws nor rejects
 */
export function inProcessSpan(
  tracer: Tracer,
  delivery: Delivery,
  batch: Batch,
  run: () => Promise<void> | undefined,
): Promise<void> | undefined {
  let started = false;
  let running: Promise<void> | undefined;
  const start = (span: Span | undefined): Promise<void> | undefined => {
    if (started) return running;
    started = true;
    delivery.span = span;
    running = run();
    return running;
  };
  guarded(batch, () => tracer.startActiveSpan(`process ${delivery.raw.queue}`, spanOptions(delivery), start));
  const handled = start(undefined);
  if (handled !== undefined) return handled.then(() => endProcessSpan(delivery, batch));
  endProcessSpan(delivery, batch);
  return undefined;
}

/** Ends the span of a delivery, once; also of one whose handler has not settled when the time is over. */
export function endProcessSpan(delivery: Delivery, batch: Batch): void {
  const { span, fate } = delivery;
  if (!span) return;
  delivery.span = undefined;
  guarded(batch, () => {
    if (!fate) return;
    span.setAttributes(outcomeAttributes(fate));
    const failure = failureOf(fate);
    if (failure) span.setStatus({ code: spanStatusError, message: failure.message });
  });
  guarded(batch, () => span.end());
}

function guarded(batch: Batch, trace: () => unknown): void {
  try {
    trace();
  } catch (error) {
    logTracerProblem(batch, error);
  }
}

function spanOptions(delivery: Delivery): SpanOptions {
  const { trace } = delivery;
  return {
    kind: spanKindConsumer,
    attributes: attributesOf(delivery),
    links: trace ? [{ context: linked(trace) }] : [],
  };
}

const linked = ({ traceId, spanId, sampled }: TraceContext) =>
  ({ traceId, spanId, traceFlags: sampled ? 1 : 0, isRemote: true }) as const;

function attributesOf({ raw, id, attempt, redriveCount }: Delivery): Attributes {
  const { [Header.originalExchange]: exchange, [Header.originalRoutingKey]: routingKey } = raw.headers;
  const { correlationId } = raw.properties;
  return {
    'messaging.system': 'rabbitmq',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    // For a consumer: `exchange:routing key:queue`, as far as they are known.
    'messaging.destination.name': [exchange, routingKey, raw.queue].filter(isText).join(':'),
    ...(isText(routingKey) && { 'messaging.rabbitmq.destination.routing_key': routingKey }),
    'messaging.message.id': id,
    'messaging.message.body.size': raw.body.length,
    ...(correlationId !== undefined && { 'messaging.message.conversation_id': correlationId }),
    'messaging.message.attempt': attempt,
    'messaging.message.redrive_count': redriveCount,
  };
}

const outcomeAttributes = (fate: Fate): Attributes => ({
  'messaging.message.fate': fate.kind,
  ...(fate.kind === 'dead-letter' && { 'messaging.message.dead_letter_reason': fate.reason }),
  ...(failureOf(fate) && { 'error.type': failureOf(fate)?.type ?? '' }),
});

const failureOf = (fate: Fate): { readonly type: string; readonly message: string } | undefined =>
  fate.kind === 'retry' || fate.kind === 'dead-letter' ? fate.failure.error : undefined;

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
