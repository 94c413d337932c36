import { randomBytes } from 'node:crypto';

/** A `traceparent` of version 00, as https://www.w3.org/TR/trace-context/#traceparent-header has it. */
const pattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;

/** The trace that an event belongs to: `parent`'s, with a span of its own, or a new one where there is none or it is malformed. */
export function traceParent(parent: string | undefined): string {
  const [, traceId = randomBytes(16).toString('hex'), flags = '01'] = pattern.exec(parent ?? '') ?? [];
  return `00-${traceId}-${randomBytes(8).toString('hex')}-${flags}`;
}
