import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { newTrace, traceContext } from '../trace/trace-context.ts';
import { bodyProblems } from './body-problems.ts';
import type { EventSink, IdentifiedEvent, SinkOutcome } from './event-sink.ts';
import { messageIdFor } from './idempotency-key.ts';
import { type Problem, problemResponse } from './problem.ts';
import { readBody, tooLarge } from './read-body.ts';

/** Events that may be published, by type. */
export type AcceptedEvents = Readonly<Record<string, { readonly schema: StandardSchemaV1 }>>;

export interface AcceptOptions {
  readonly events: AcceptedEvents;
  readonly sink: EventSink;
  /** Largest body in bytes. */
  readonly maximumBodyBytes: number;
  /** Milliseconds since the epoch until which the sink may take its time. */
  readonly deadline: number;
  /** Told about each request, once. */
  readonly onSettled: (report: RequestReport) => void;
}

/** What became of a request, for the log. */
export interface RequestReport {
  readonly status: number;
  readonly type: string;
  readonly messageId?: string;
  readonly traceId?: string;
  readonly detail?: string;
  readonly error?: Error;
}

/** After this many seconds a caller may try again. */
const retryAfterSeconds = 5;

/** Answers `POST /events/{type}`: checks the event, hands it to the sink and says 202 once it is there for good. */
export async function acceptEvent(
  request: APIGatewayProxyEventV2,
  options: AcceptOptions,
): Promise<APIGatewayProxyStructuredResultV2> {
  const type = request.pathParameters?.type ?? '';
  const requestId = request.requestContext?.requestId;
  const refuse = (problem: Problem, context: Partial<RequestReport> = {}, headers?: Record<string, string>) => {
    options.onSettled({ status: problem.status, type, detail: problem.detail, ...context });
    return problemResponse(problem, requestId, headers);
  };
  const checked = await checkEvent(request, type, options);
  if ('problem' in checked) {
    const headers: Record<string, string> = checked.problem.status === 415 ? { accept: 'application/json' } : {};
    return refuse(checked.problem, {}, headers);
  }
  const { event, traceId } = checked;
  const outcome = await options.sink.accept(event, { deadline: options.deadline });
  const context = { messageId: event.id, traceId };
  if (outcome.status === 'accepted') {
    options.onSettled({ status: 202, type, ...context });
    return {
      statusCode: 202,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: JSON.stringify({ messageId: event.id }),
    };
  }
  const problem = problemOf(outcome, event.id);
  const headers: Record<string, string> = problem.status === 503 ? { 'retry-after': String(retryAfterSeconds) } : {};
  return refuse(problem, { ...context, error: outcome.error }, headers);
}

async function checkEvent(
  request: APIGatewayProxyEventV2,
  type: string,
  { events, maximumBodyBytes }: Pick<AcceptOptions, 'events' | 'maximumBodyBytes'>,
): Promise<{ readonly event: IdentifiedEvent; readonly traceId: string } | { readonly problem: Problem }> {
  const schema = Object.hasOwn(events, type) ? events[type]?.schema : undefined;
  if (!schema) {
    const known = Object.keys(events).join(', ') || 'none';
    return {
      problem: {
        status: 404,
        detail: `event type ${JSON.stringify(type.slice(0, 100))} is not known; known are ${known}`,
      },
    };
  }
  const key = messageIdFor(request.headers['idempotency-key']);
  if (key.id === undefined) return { problem: { status: 400, detail: key.problem } };
  const body = readBody(request, { maximumBodyBytes });
  if ('problem' in body) return body;
  const { issues } = await schema['~standard'].validate(body.value);
  if (issues) {
    const detail = `the body is no valid ${type}: ${issues.length} ${issues.length === 1 ? 'problem' : 'problems'}`;
    return { problem: { status: 422, detail, errors: bodyProblems(issues) } };
  }
  // Begun here where the caller has no trace, so that the log of this request names the trace that the message carries.
  const trace = traceContext(request.headers.traceparent, request.headers.tracestate) ?? newTrace();
  return {
    traceId: trace.traceId,
    event: {
      type,
      id: key.id,
      // The bytes as they came: consumers read what the caller wrote, also members that the schema does not know.
      data: body.bytes,
      contentType: 'application/json',
      traceparent: trace.traceparent,
      tracestate: trace.tracestate,
    },
  };
}

function problemOf(outcome: Exclude<SinkOutcome, { status: 'accepted' }>, messageId: string): Problem {
  switch (outcome.status) {
    case 'too-large':
      return tooLarge(outcome.bytes, outcome.limitBytes);
    case 'unavailable':
      return {
        status: 503,
        detail: `the event was not confirmed and may have arrived all the same; try again with Idempotency-Key: ${messageId}`,
        messageId,
      };
    case 'refused':
      return { status: 500, detail: 'the event cannot be published; the log of the function says why', messageId };
  }
}
