import { type ChannelModel, type ConsumeMessage, connect } from 'amqplib';
import { type Clock, systemClock } from '../time/clock.ts';
import { deadLetterExchange } from '../topology/names.ts';
import type { BrokerAccess } from './broker-access.ts';
import type { LocalRunEvent } from './events.ts';
import { deliverUndecodable, whyUndecodable } from './mapping/undecodable-properties.ts';

export interface DeadLetterWatchSettings {
  readonly broker: BrokerAccess;
  readonly vhost: string;
  readonly emit: (event: LocalRunEvent) => void;
  /** @default the machine's */
  readonly clock?: Clock;
}

const reconnectMilliseconds = 2000;

/**
 * Says which messages the broker itself made dead letters of, and why: because they expired, came back too often, or were refused. Of those that a
 * function gave up, the function's log says more. Gets copies through a queue of its own, which goes with the connection; what happens while there
 * is no connection goes unsaid.
 */
export class DeadLetterWatch {
  readonly #settings: DeadLetterWatchSettings;
  readonly #clock: Clock;
  #connection: ChannelModel | undefined;
  #cancelRetry: () => void = () => undefined;
  #stopped = false;
  #hasComplained = false;

  constructor(settings: DeadLetterWatchSettings) {
    this.#settings = settings;
    this.#clock = settings.clock ?? systemClock;
  }

  /** Watches from now on; tries again as often as it takes where that fails. */
  async start(): Promise<void> {
    if (this.#stopped) return;
    let connection: ChannelModel | undefined;
    try {
      connection = await this.#connect();
      await this.#watch(connection);
    } catch (error) {
      // That the broker is away is for others to say.
      if (connection) this.#complain(error as Error);
      await connection?.close().catch(() => undefined);
      this.#again();
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry();
    // One that is lost already refuses to be closed.
    await this.#connection?.close().catch(() => undefined);
  }

  #again(): void {
    this.#cancelRetry();
    if (this.#stopped) return;
    this.#cancelRetry = this.#clock.after(reconnectMilliseconds, () => void this.start(), { keepsProcessAlive: false });
  }

  #complain({ message }: Error): void {
    if (this.#hasComplained) return;
    this.#hasComplained = true;
    this.#settings.emit({ type: 'notice', message: `dead letters that the broker makes are not shown: ${message}` });
  }

  async #connect(): Promise<ChannelModel> {
    const { broker, vhost } = this.#settings;
    const { protocol, host, port, ca } = broker.address;
    const connection = await connect(
      { protocol, hostname: host, port, ...broker.admin, vhost, heartbeat: 10 },
      {
        noDelay: true,
        timeout: 10_000,
        servername: host,
        ...(ca !== undefined && { ca: [ca] }),
        clientProperties: { connection_name: 'watch of dead letters' },
      },
    );
    this.#connection = connection;
    // What went wrong ends the connection, and that is all that matters here.
    connection.on('error', () => undefined);
    connection.on('close', () => this.#again());
    return connection;
  }

  async #watch(connection: ChannelModel): Promise<void> {
    if (this.#stopped) return connection.close();
    deliverUndecodable(connection);
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    const { queue } = await channel.assertQueue('', { exclusive: true, arguments: { 'x-queue-type': 'classic' } });
    await channel.bindQueue(queue, deadLetterExchange, '#');
    await channel.consume(queue, (message) => message && this.#tell(message), { noAck: true });
  }

  #tell({ properties, fields }: ConsumeMessage): void {
    const reason = brokersReason(properties);
    if (reason === undefined) return;
    this.#settings.emit({
      type: 'dead-letter',
      queue: fields.routingKey,
      messageId: properties.messageId as string | undefined,
      reason,
    });
  }
}

/** Why the broker made a dead letter of a message; `undefined` for one that was published as a dead letter. */
export const brokersReason = (properties: ConsumeMessage['properties']): string | undefined => {
  if (whyUndecodable(properties) !== undefined) return 'its headers cannot be decoded';
  const deaths: unknown = properties.headers?.['x-death'];
  const [latest] = Array.isArray(deaths) ? (deaths as readonly unknown[]) : [];
  const { reason } = (latest ?? {}) as { readonly reason?: unknown };
  return typeof reason === 'string' ? reason : undefined;
};
