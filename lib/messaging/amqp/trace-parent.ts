import { childContext, traceContext } from '../trace/trace-context.ts';

/** The trace that an event belongs to: `parent`'s, with a span of its own, or a new one where there is none or it is malformed. */
export function traceParent(parent: string | undefined): string {
  return childContext(traceContext(parent)).traceparent;
}
