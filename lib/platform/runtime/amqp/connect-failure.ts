import { ConnectError, type ConnectFailure } from '../publish-errors.ts';
import { BrokerSecretError } from './broker-credentials.ts';

/** Codes of Node's and OpenSSL's errors about certificates, host names and the TLS handshake. */
const tlsCodes =
  /^(ERR_TLS_|ERR_SSL_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|INVALID_CA|HOSTNAME_MISMATCH|EPROTO|INVALID_PURPOSE|PATH_LENGTH)/;

/** What was tried. */
interface Login {
  readonly user: string;
  readonly vhost: string;
  /** Whether its credentials, read again, may be others. */
  readonly renewable: boolean;
}

/**
 * Says why connecting failed. Brokers refuse a login, a vhost or one connection too many with a closing frame, of which
 * amqplib leaves the text in the error's message for logins only.
 */
export function connectError(endpoint: string, { user, vhost, renewable }: Login, cause: unknown): ConnectError {
  const error = (reason: ConnectFailure, message: string) =>
    new ConnectError(endpoint, reason, message, {
      cause,
      retryable: reason !== 'tls' && (reason !== 'credentials' || renewable),
    });
  const text = cause instanceof Error ? cause.message : String(cause);
  const code = String((cause as { code?: unknown } | null)?.code ?? '');
  if (cause instanceof BrokerSecretError) return error('credentials', text);
  if (/^Handshake terminated by server: 403\b/.test(text))
    return error('credentials', `login of user "${user}" refused; check user name and password`);
  if (/got <ConnectionClose/.test(text))
    return error(
      'vhost',
      `login accepted, but vhost "${vhost}" does not exist, user "${user}" has no permission in it, or a limit of connections is reached`,
    );
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER') return error('tls', `the port does not speak TLS (${code})`);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return error('tls', `the certificate is for another host name (${code}): ${text}`);
  if (tlsCodes.test(code))
    return error(
      'tls',
      `the certificate does not verify (${code}): ${text}; give its authority by NODE_EXTRA_CA_CERTS`,
    );
  if (code === 'ECONNREFUSED') return error('network', `nothing listens there (${code})`);
  if (code !== '' || /ETIMEDOUT|Socket closed abruptly/.test(text)) return error('network', text || code);
  return error('protocol', text);
}
