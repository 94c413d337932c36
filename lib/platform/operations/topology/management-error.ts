import { STATUS_CODES } from 'node:http';
import { OperatorError } from '../../config/operator-error.ts';

/** A request to the management API that failed. The message says broker, request and reason, never the password. */
export class ManagementError extends OperatorError {
  override readonly name = 'ManagementError';
  /** HTTP status; absent where no answer came. */
  readonly status?: number;
  /** Whether the same request may succeed a little later. */
  readonly retryable: boolean;
  /** The broker's or the network's own words. */
  readonly reason: string;

  constructor(
    request: string,
    { reason, status, retryable, cause }: { reason: string; status?: number; retryable: boolean; cause?: unknown },
  ) {
    super(`${request}: ${status === undefined ? '' : `${status} `}${reason}`, { cause });
    this.reason = reason;
    this.retryable = retryable;
    if (status !== undefined) this.status = status;
  }
}

/** Errors of a certificate check: waiting does not help, the right `ca` or address does. */
const certificateErrors = /^(SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|CERT_|ERR_TLS_CERT)/u;

/** What Node says of a connection that failed. */
export function connectionError(request: string, error: Error & { readonly code?: string }): ManagementError {
  const { code = '' } = error;
  if (certificateErrors.test(code)) {
    const reason = `the broker's certificate is not trusted (${code}): name the CA that signed it, and the host as in the certificate`;
    return new ManagementError(request, { reason, retryable: false, cause: error });
  }
  // Both addresses of localhost refused: an AggregateError without a message of its own.
  const reason = error.message || code || error.name;
  return new ManagementError(request, { reason, retryable: true, cause: error });
}

/** What the broker's refusal means. */
export function refusal(request: string, status: number, body: string, username: string): ManagementError {
  const reason = reasonIn(body) || STATUS_CODES[status] || 'no reason given';
  if (status === 401) {
    return new ManagementError(request, {
      status,
      reason: `user '${username}' is refused (${reason}): wrong password, or a user without the tag administrator`,
      retryable: false,
    });
  }
  if (status >= 300 && status < 400) {
    return new ManagementError(request, {
      status,
      reason: 'the broker redirects, which is not followed: correct the address',
      retryable: false,
    });
  }
  return new ManagementError(request, { status, reason, retryable: status >= 500 || status === 429 });
}

/** RabbitMQ answers JSON `{error, reason}`; a load balancer in front of it may answer anything. */
function reasonIn(body: string): string {
  try {
    const { error, reason } = JSON.parse(body) as { error?: unknown; reason?: unknown };
    return String(reason ?? error ?? body)
      .trim()
      .replaceAll(/\s+/gu, ' ');
  } catch {
    return body.trim().slice(0, 200);
  }
}
