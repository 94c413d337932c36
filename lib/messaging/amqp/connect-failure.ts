import { BrokerSecretError } from './broker-credentials.ts';
import { ConnectError, type ConnectFailure } from './publish-errors.ts';

const tlsCodes =
  /^(ERR_TLS_|ERR_SSL_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|INVALID_CA|HOSTNAME_MISMATCH|EPROTO|INVALID_PURPOSE|PATH_LENGTH)/;

/**
 * Says why connecting failed. Brokers refuse a login, a vhost or one connection too many with a closing frame, of which
 * amqplib leaves the code and text in the error's message only.
 */
export function connectError(endpoint: string, user: string, vhost: string, cause: unknown): ConnectError {
  const error = (reason: ConnectFailure, message: string) => new ConnectError(endpoint, reason, message, { cause });
  const text = cause instanceof Error ? cause.message : String(cause);
  const code = String((cause as { code?: unknown } | null)?.code ?? '');
  if (cause instanceof BrokerSecretError) return error('credentials', text);
  if (/ACCESS_REFUSED - Login|\b403\b.*ACCESS[-_]REFUSED/s.test(text) && !/vhost/.test(text))
    return error('credentials', `login of user "${user}" refused; check user name and password`);
  if (
    /limit|resource_error|NOT_ALLOWED - .*connection/i.test(text) &&
    /\b(530|506|403)\b|NOT_ALLOWED|RESOURCE/.test(text)
  )
    return error('limit', `the broker allows no further connection: ${replyText(text)}`);
  if (/vhost|virtual host/i.test(text) && /NOT_ALLOWED|ACCESS_REFUSED|530/.test(text))
    return error('vhost', `user "${user}" cannot use vhost "${vhost}": ${replyText(text)}`);
  if (tlsCodes.test(code))
    return error(
      'tls',
      `${text} (${code}); trust its authority with NODE_EXTRA_CA_CERTS and use the name in its certificate`,
    );
  if (code !== '' || /ETIMEDOUT|Socket closed abruptly/.test(text))
    return error('network', code === 'ECONNREFUSED' ? `nothing listens there (${code})` : text || code);
  return error('protocol', text);
}

const replyText = (text: string): string =>
  /replyText"?: ?'?"?([^'"\n]*(?:'[^'"]*'[^'"\n]*)*)/.exec(text)?.[1]?.trim() ?? text;
