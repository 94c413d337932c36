import type { OutgoingMessage } from '../../../lib/messaging/publisher.ts';
import type { Ledger } from '../checks/ledger.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import { SimulatedProcess } from '../engine/simulated-process.ts';
import type { Network } from '../rabbitmq/client-connection.ts';
import { simulatedPublisher } from '../rabbitmq/publisher.ts';
import type { MessagePlan } from '../scenario/scenario.ts';
import type { Story } from '../story.ts';

/** Who publishes: an application that never dies, with the real publisher. */
export class Shop {
  readonly #ledger: Ledger;
  readonly #story: Story;
  readonly #process: SimulatedProcess;
  readonly #publisher: ReturnType<typeof simulatedPublisher>;
  /** Calls that have no result yet, those of the future included. */
  open = 0;

  constructor(network: Omit<Network, 'process'>, scheduler: Scheduler, ledger: Ledger, story: Story) {
    this.#ledger = ledger;
    this.#story = story;
    this.#process = new SimulatedProcess('the shop', scheduler);
    this.#publisher = simulatedPublisher({ ...network, process: this.#process });
  }

  /** Publishes a message when its time has come, and again if it is to. */
  plan(message: MessagePlan): void {
    for (const at of [message.at, ...message.again]) {
      this.open += 1;
      this.#process.clock.after(at, () => void this.#publish(message));
    }
  }

  async #publish(message: MessagePlan): Promise<void> {
    const [result] = await this.#publisher.publish([outgoing(message)]);
    this.open -= 1;
    this.#story.tell(() => `The shop publishes ${message.id}: ${result?.status}.`);
    if (result?.status === 'confirmed') for (const account of this.#ledger.of(message.id)) account.confirmed = true;
  }
}

function outgoing({ id, to, key, flaw }: MessagePlan): OutgoingMessage {
  const body = flaw === 'undecodable' ? '{' : JSON.stringify(flaw === 'invalid' ? { id } : { id, key });
  return {
    exchange: 'events',
    routingKey: `to.${to}`,
    properties: { messageId: id, contentType: 'application/json', deliveryMode: 2 },
    headers: {},
    body: Buffer.from(body),
  };
}
