import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { doubled } from '../../time/backoff.ts';
import { type Clock, sleep, systemClock } from '../../time/clock.ts';
import type { BrokerAccess } from '../broker-access.ts';
import { BrokerUrlError, type UserBroker } from './broker-url.ts';
import { startTlsFront } from './tls-front.ts';

export interface UserBrokerOptions {
  /** PEM file of the CA that signed the broker's certificate. @default Node's own CAs */
  readonly caFile?: string;
  /** How long to wait for a broker that does not answer. @default 60 */
  readonly waitSeconds?: number;
  /** Folder for the certificates of the TLS front of an unencrypted broker. */
  readonly certificates: string;
  readonly onWaiting: (message: string) => void;
  /** @default the machine's */
  readonly clock?: Clock;
}

const requestMilliseconds = 5000;
const waitMilliseconds = { base: 500, cap: 5000 };

/** Status and version of a management API; rejects when nothing answers. */
const overview = (
  base: string,
  { username, password }: UserBroker,
  ca: string | undefined,
): Promise<{ status: number; version?: string }> =>
  new Promise((resolve, reject) => {
    const send = base.startsWith('https:') ? httpsRequest : httpRequest;
    const request = send(
      `${base}/api/overview`,
      { auth: `${username}:${password}`, ca, timeout: requestMilliseconds },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          try {
            resolve({
              status,
              version:
                status === 200 ? (JSON.parse(text) as { rabbitmq_version?: string }).rabbitmq_version : undefined,
            });
          } catch {
            resolve({ status: 0 });
          }
        });
      },
    );
    request.on('timeout', () => request.destroy(new Error(`no answer within ${requestMilliseconds} ms`)));
    request.on('error', reject);
    request.end();
  });

/**
 * Finds the management API of the user's broker, waiting for a broker that is not up yet.
 * @throws BrokerUrlError with what each address said
 */
export const connectUserBroker = async (
  broker: UserBroker,
  options: UserBrokerOptions,
): Promise<{ access: BrokerAccess; stop(): void }> => {
  const ca = options.caFile ? readFileSync(options.caFile, 'utf8') : undefined;
  const { waitSeconds = 60, clock = systemClock } = options;
  const deadline = clock.now() + waitSeconds * 1000;
  for (let attempt = 1; ; attempt += 1) {
    const delay = doubled(attempt, waitMilliseconds);
    const said: string[] = [];
    for (const base of broker.managementUrls) {
      try {
        const { status, version } = await overview(base, broker, ca);
        if (version) return await found(broker, base, version, ca, options);
        if (status === 401)
          throw new BrokerUrlError(
            `${base} refuses user ${broker.username}: wrong password, or the user lacks the tag administrator`,
          );
        said.push(`${base} answered ${status || 'something else than RabbitMQ'}`);
      } catch (error) {
        if (error instanceof BrokerUrlError) throw error;
        const { message, code } = error as NodeJS.ErrnoException;
        said.push(`${base}: ${message || code}`);
      }
    }
    if (clock.now() + delay > deadline)
      throw new BrokerUrlError(
        `the broker at ${broker.host}:${broker.port} could not be reached within ${waitSeconds} s (${said.join('; ')}). Is it running, with the management plugin? RABBITMQ_MANAGEMENT_URL sets another address of it`,
      );
    options.onWaiting(`waiting for the broker: ${said.join('; ')}; next try in ${delay / 1000} s`);
    await sleep(clock, delay);
  }
};

const found = async (
  broker: UserBroker,
  managementUrl: string,
  version: string,
  ca: string | undefined,
  { caFile, certificates }: UserBrokerOptions,
): Promise<{ access: BrokerAccess; stop(): void }> => {
  const { username, password } = broker;
  const common = { managementUrl, version, admin: { username, password } };
  if (broker.protocol === 'amqps') {
    const address = { protocol: 'amqps', host: broker.host, port: broker.port, ca } as const;
    return {
      access: { ...common, address, amqpUrl: `amqps://${broker.host}:${broker.port}`, caFile },
      stop: () => undefined,
    };
  }
  const front = await startTlsFront(broker, certificates);
  const address = {
    protocol: 'amqps',
    host: 'localhost',
    port: front.port,
    ca: readFileSync(front.caFile, 'utf8'),
  } as const;
  return {
    access: { ...common, address, amqpUrl: `amqps://localhost:${front.port}`, caFile: front.caFile },
    stop: () => front.stop(),
  };
};
