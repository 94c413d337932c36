import { Agent as HttpAgent, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { OperatorError } from '../../config/operator-error.ts';
import { exchange, StaleConnectionError } from './http-exchange.ts';
import { connectionError, ManagementError, refusal } from './management-error.ts';

export interface ManagementSettings {
  /** `https://host` or `https://host:port`; Amazon MQ serves it on 443. Plain `http` is for a broker on this machine only. */
  readonly url: string;
  /** A user with the tag administrator. */
  readonly username: string;
  readonly password: string;
  /** PEM of the CA to trust. @default the CAs that Node trusts */
  readonly ca?: string;
  /** Longest silence during one request. @default 10,000 */
  readonly timeoutMilliseconds?: number;
  /** Connections to the broker. @default 4 */
  readonly connections?: number;
}

/** The address is none that a management API can have, or an unsafe one. */
export class ManagementAddressError extends OperatorError {
  override readonly name = 'ManagementAddressError';
}

type Query = Readonly<Record<string, string>>;

/** RabbitMQ's management API over Node's own HTTP client. Path segments are escaped, so that names may hold any character (`/` is `%2F`). */
export class ManagementClient {
  /** Address, for messages. */
  readonly broker: string;
  readonly username: string;
  readonly #url: URL;
  readonly #authorization: string;
  readonly #timeoutMilliseconds: number;
  /** Keeps connections open between requests. */
  readonly #pool: HttpAgent;
  /** Opens a connection for each request. */
  readonly #anew: HttpAgent;

  /** @throws ManagementAddressError for an address that is none, or that holds credentials, a path or an unencrypted connection to another machine. */
  constructor({ url, username, password, ca, timeoutMilliseconds = 10_000, connections = 4 }: ManagementSettings) {
    this.#url = managementUrl(url);
    this.broker = this.#url.origin;
    this.username = username;
    this.#authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    this.#timeoutMilliseconds = timeoutMilliseconds;
    const agent = (keepAlive: boolean) => {
      const options = { keepAlive, maxSockets: connections, noDelay: true };
      return this.#url.protocol === 'https:'
        ? new HttpsAgent({ ...options, minVersion: 'TLSv1.2', ...(ca ? { ca } : {}) })
        : new HttpAgent(options);
    };
    this.#pool = agent(true);
    this.#anew = agent(false);
  }

  /** @throws ManagementError */
  async get<T>(path: readonly string[], query: Query = {}): Promise<T> {
    const request = `GET ${this.broker}${pathOf(path, query)}`;
    const body = await this.#send('GET', path, { query });
    try {
      return JSON.parse(body) as T;
    } catch (error) {
      throw new ManagementError(request, { reason: `not JSON: ${body.slice(0, 100)}`, retryable: false, cause: error });
    }
  }

  /** Creates or replaces. @throws ManagementError */
  async put(path: readonly string[], body: object = {}): Promise<void> {
    await this.#send('PUT', path, { body });
  }

  /** The parsed answer, undefined where it is empty. @throws ManagementError */
  async post<T = undefined>(path: readonly string[], body: object): Promise<T> {
    const answer = await this.#send('POST', path, { body });
    return (answer === '' ? undefined : JSON.parse(answer)) as T;
  }

  /** Resolves also when there was nothing to delete. @throws ManagementError */
  async delete(path: readonly string[], query: Query = {}): Promise<void> {
    try {
      await this.#send('DELETE', path, { query });
    } catch (error) {
      if (!(error instanceof ManagementError && error.status === 404)) throw error;
    }
  }

  /** Closes the connections that are kept open. */
  close(): void {
    this.#pool.destroy();
    this.#anew.destroy();
  }

  /** All that is asked of a broker here may be asked twice. */
  async #send(
    method: string,
    path: readonly string[],
    { body, query = {} }: { body?: object; query?: Query },
  ): Promise<string> {
    const target = pathOf(path, query);
    const description = `${method} ${this.broker}${target}`;
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const attempt = (agent: HttpAgent) => exchange(this.#options(method, target, payload, agent), payload);
    try {
      const { status, text } = await attempt(this.#pool).catch((error: unknown) => {
        if (error instanceof StaleConnectionError) return attempt(this.#anew);
        throw error;
      });
      if (status >= 200 && status < 300) return text;
      throw refusal(description, status, text, this.username);
    } catch (error) {
      throw error instanceof ManagementError ? error : connectionError(description, error as Error);
    }
  }

  #options(method: string, path: string, payload: Buffer | undefined, agent: HttpAgent): RequestOptions {
    return {
      method,
      protocol: this.#url.protocol,
      host: this.#url.hostname.replaceAll(/^\[|\]$/gu, ''),
      port: this.#url.port || (this.#url.protocol === 'https:' ? 443 : 80),
      path,
      agent,
      timeout: this.#timeoutMilliseconds,
      headers: {
        authorization: this.#authorization,
        accept: 'application/json',
        ...(payload ? { 'content-type': 'application/json', 'content-length': payload.byteLength } : {}),
      },
    };
  }
}

function managementUrl(text: string): URL {
  if (!URL.canParse(text))
    throw new ManagementAddressError(
      `'${redacted(text)}' is not an address of a management API: take https://host:port`,
    );
  const url = new URL(text);
  const where = `address ${url.protocol}//${url.host}`;
  if (url.username || url.password)
    throw new ManagementAddressError(
      `${where} holds credentials: take them out, username and password are settings of their own`,
    );
  if (!['https:', 'http:'].includes(url.protocol))
    throw new ManagementAddressError(`${where} has the scheme ${url.protocol} the management API is reached by https:`);
  if (url.pathname !== '/' || url.search || url.hash)
    throw new ManagementAddressError(`${where} goes on with a path: take scheme, host and port only`);
  if (url.protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u.test(url.hostname)) {
    throw new ManagementAddressError(`${where} would send the password unencrypted to another machine: take https://`);
  }
  return url;
}

/** Even what is no address may hold a password before its last @. */
function redacted(text: string): string {
  return text.replace(/^.*@/su, '…@');
}

function pathOf(path: readonly string[], query: Query): string {
  const search = new URLSearchParams(query).toString();
  return `/api/${path.map(encodeURIComponent).join('/')}${search ? `?${search}` : ''}`;
}
