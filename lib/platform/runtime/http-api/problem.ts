import { STATUS_CODES } from 'node:http';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** One place of a body that its schema refuses. */
export interface BodyProblem {
  readonly detail: string;
  /** JSON pointer as a URI fragment, e.g. `#/lines/0/quantity` (RFC 6901, section 6); `#` is the body itself. */
  readonly pointer: string;
}

/** What is wrong with a request. Members beside `status` and `detail` are extensions of problem details (RFC 9457). */
export interface Problem {
  readonly status: 400 | 404 | 413 | 415 | 422 | 500 | 503;
  /** For people. */
  readonly detail: string;
  readonly errors?: readonly BodyProblem[];
  /** The limit that was exceeded. */
  readonly limitBytes?: number;
  /** Id under which the event may have arrived; to be sent as `Idempotency-Key` when trying again. */
  readonly messageId?: string;
}

/** `application/problem+json`. The type is `about:blank`, so the title is the status in words. */
export function problemResponse(
  problem: Problem,
  requestId: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: problem.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify({ title: STATUS_CODES[problem.status], ...problem, requestId }),
  };
}
