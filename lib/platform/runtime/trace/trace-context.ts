import { randomBytes } from 'node:crypto';

/** Place of a message in a distributed trace, as W3C Trace Context has it (https://www.w3.org/TR/trace-context/). */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits: the span in which the message was created. */
  readonly spanId: string;
  /** Whether whoever began the trace records it. */
  readonly sampled: boolean;
  /** To be handed on as it is: to the events that follow from the message, and to the services that its handler calls. */
  readonly traceparent: string;
  /** What tracing vendors keep with the trace; handed on together with `traceparent`. */
  readonly tracestate?: string;
}

/** Version 00, or a later one: then the known part counts and what follows it is ignored. */
const pattern =
  /^(?:00|(?!ff)[0-9a-f]{2}(?=-[^-]+-[^-]+-[^-]+(?:-|$)))-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(.*)$/;

/** Vendors must keep at least so many characters of a `tracestate`; a longer one is left out altogether, which the standard allows. */
const maximumTracestate = 512;

/** Reads a `traceparent` and the `tracestate` beside it; `undefined` where there is none or it is malformed, and then the state counts for nothing. */
export function traceContext(traceparent: unknown, tracestate?: unknown): TraceContext | undefined {
  if (typeof traceparent !== 'string') return undefined;
  const [, traceId, spanId, flags = '', rest = ''] = pattern.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  if (rest !== '' && (traceparent.startsWith('00') || !rest.startsWith('-'))) return undefined;
  const state = usableState(tracestate);
  return {
    traceId,
    spanId,
    sampled: (Number.parseInt(flags, 16) & 1) === 1,
    traceparent: `00-${traceId}-${spanId}-${flags}`,
    ...(state === undefined ? {} : { tracestate: state }),
  };
}

/** The context of something that nothing led to: a trace of its own, which is to be recorded. */
export function newTrace(): TraceContext {
  const traceId = randomBytes(16).toString('hex');
  const spanId = randomBytes(8).toString('hex');
  return { traceId, spanId, sampled: true, traceparent: `00-${traceId}-${spanId}-01` };
}

function usableState(tracestate: unknown): string | undefined {
  if (typeof tracestate !== 'string' || tracestate === '' || tracestate.length > maximumTracestate) return undefined;
  return /^[\x20-\x7e]*$/.test(tracestate) ? tracestate : undefined;
}
