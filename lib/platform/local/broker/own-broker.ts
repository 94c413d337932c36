import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { BrokerAccess } from '../broker-access.ts';
import type { Installation } from './installations.ts';
import { type RunningBroker, startBroker } from './running-broker.ts';

/** Keys of rabbitmq.conf. */
type Settings = Readonly<Record<string, string>>;

export interface OwnBrokerOptions {
  readonly directory: string;
  /** @default the first of `findInstallations()` */
  readonly installation?: Installation;
}

interface Begun {
  readonly settings: Settings;
  readonly giveUp: AbortController;
  readonly broker: Promise<RunningBroker>;
}

/** The private broker of a run, which may start before the assembly that describes it is there. */
export class OwnBroker {
  readonly #options: OwnBrokerOptions;
  #begun: Begun | undefined;
  #running: RunningBroker | undefined;

  constructor(options: OwnBrokerOptions) {
    this.#options = options;
  }

  get running(): RunningBroker | undefined {
    return this.#running;
  }

  /** Begins to start it, in the expectation that these will be its settings. A failure shows when it is asked for. */
  expect(settings: Settings): void {
    this.#begin(settings).broker.catch(() => undefined);
  }

  /**
   * The broker with these settings: the one that has been started in expectation of them, else a new one.
   * @throws BrokerStartError
   */
  async start(settings: Settings): Promise<BrokerAccess> {
    let starting = this.#begun;
    if (!starting || !isDeepStrictEqual(starting.settings, settings)) {
      await this.stop();
      starting = this.#begin(settings);
    }
    const running = await starting.broker;
    this.#running = running;
    const { host, amqpsPort, managementPort, caFile, version, admin } = running;
    return {
      address: { protocol: 'amqps', host, port: amqpsPort, ca: readFileSync(caFile, 'utf8') },
      amqpUrl: `amqps://${host}:${amqpsPort}`,
      managementUrl: `https://${host}:${managementPort}`,
      caFile,
      version,
      admin,
    };
  }

  /** Ends what has been started, also what is still starting. */
  async stop(): Promise<void> {
    this.#begun?.giveUp.abort();
    // One that did not start has left nothing.
    const broker = await this.#begun?.broker.catch(() => undefined);
    await broker?.stop('kill');
  }

  #begin(settings: Settings): Begun {
    const giveUp = new AbortController();
    const broker = startBroker({
      ...this.#options,
      signal: giveUp.signal,
      settings: { ...settings },
      admin: { username: 'admin', password: randomBytes(16).toString('hex') },
    });
    this.#begun = { settings, giveUp, broker };
    return this.#begun;
  }
}
