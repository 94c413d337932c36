import type { Logger } from '@aws-lambda-powertools/logger';
import { Header } from '../headers.ts';
import { describeError } from '../recover/describe-error.ts';
import type { TraceContext } from '../trace/trace-context.ts';
import {
  type Attributes,
  type Span,
  type SpanOptions,
  spanKindConsumer,
  spanStatusError,
  type Tracer,
} from '../trace/tracer.ts';
import type { Delivery } from './delivery.ts';
import type { Fate } from './fate.ts';

/**
 * Records the handling of each message of a batch in a span of its own, as OpenTelemetry's conventions for messaging have it
 * (https://opentelemetry.io/docs/specs/semconv/messaging/): kind CONSUMER, operation `process`, a link to the context in which the message
 * was created. Not a child of that context: a batch has many, and a retry comes hours later.
 *
 * A tracer that fails costs its spans, never the message.
 */
export class ProcessSpans {
  readonly #tracer: Tracer;
  readonly #logger: () => Logger;
  readonly #open = new Map<Delivery, Span>();
  #hasFailed = false;

  constructor(tracer: Tracer, logger: () => Logger) {
    this.#tracer = tracer;
    this.#logger = logger;
  }

  /** @param run called once, whatever the tracer does; neither throws nor rejects */
  async record(delivery: Delivery, run: () => Promise<void>): Promise<void> {
    let running: Promise<void> | undefined;
    const start = (span?: Span): Promise<void> => {
      if (running === undefined) {
        if (span) this.#open.set(delivery, span);
        running = run();
      }
      return running;
    };
    this.#guarded(() =>
      this.#tracer.startActiveSpan(`process ${delivery.raw.queue}`, spanOptions(delivery), (span) => start(span)),
    );
    await start();
    this.#end(delivery);
  }

  /** Ends the spans of handlers that have not settled when the time is over. */
  endAll(): void {
    for (const delivery of this.#open.keys()) this.#end(delivery);
  }

  #end(delivery: Delivery): void {
    const span = this.#open.get(delivery);
    if (!span) return;
    this.#open.delete(delivery);
    const { fate } = delivery;
    this.#guarded(() => {
      if (!fate) return;
      span.setAttributes(outcomeAttributes(fate));
      const failure = failureOf(fate);
      if (failure) span.setStatus({ code: spanStatusError, message: failure.message });
    });
    this.#guarded(() => span.end());
  }

  /** One line for a batch: what fails for one message mostly fails for all. */
  #guarded(trace: () => unknown): void {
    try {
      trace();
    } catch (error) {
      if (this.#hasFailed) return;
      this.#hasFailed = true;
      this.#logger().warn('the tracer failed; spans of this batch are incomplete', {
        failure: { ...describeError(error) },
      });
    }
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
  'failure' in fate && fate.kind !== 'deferred' ? fate.failure.error : undefined;

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
