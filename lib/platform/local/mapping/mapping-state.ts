/** States of an event source mapping that occur here, in Lambda's words; `Paused` is this machine's own. */
export type MappingState = 'Creating' | 'Enabled' | 'Disabled' | 'Paused' | 'Reconnecting' | 'Stopped';

/** Why a mapping stopped for good, in Lambda's codes. */
export interface DisabledReason {
  readonly code: 'ESM_CONFIG_NOT_VALID' | 'EVENT_SOURCE_AUTHN_ERROR' | 'EVENT_SOURCE_AUTHZ_ERROR';
  readonly message: string;
}

/**
 * Whether a failure to consume is for good: then Lambda disables the mapping. `undefined` for one that passes, such as a
 * broker that restarts.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-mq-errors.html
 */
export const disabledReason = (error: Error): DisabledReason | undefined => {
  const { message } = error;
  // While a broker starts it may say so of vhosts and queues that it has not opened yet.
  if (/is down|not available|timed? ?out|inaccessible|stopped/i.test(message)) return undefined;
  if (/NOT_FOUND - no queue/.test(message)) return { code: 'ESM_CONFIG_NOT_VALID', message };
  if (
    /ACCESS_REFUSED - Login|403 \(ACCESS-REFUSED\)|Handshake terminated by server: 403/.test(message) &&
    !/Operation failed/.test(message)
  )
    return { code: 'EVENT_SOURCE_AUTHN_ERROR', message };
  if (/ACCESS_REFUSED/.test(message)) return { code: 'EVENT_SOURCE_AUTHZ_ERROR', message };
  if (/530|NOT_ALLOWED/.test(message)) return { code: 'EVENT_SOURCE_AUTHZ_ERROR', message };
  return undefined;
};
