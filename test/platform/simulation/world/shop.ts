import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { MessagePublisher, OutgoingMessage } from '../../../../lib/platform/runtime/publisher.ts';
import { Random } from '../engine/random.ts';
import { SimulatedProcess } from '../engine/simulated-process.ts';
import { simulatedPublisher } from '../rabbitmq/publisher.ts';
import type { MessagePlan } from '../scenario/scenario.ts';
import { addToOutbox } from './outbox-events.ts';
import type { World } from './world.ts';

/** Who publishes: an application that never dies, with the real publisher and the real outbox. */
export class Shop {
  readonly #world: World;
  readonly #process: SimulatedProcess;
  readonly #publisher: MessagePublisher;
  readonly #client: DynamoDBClient;
  /** Calls that have no result yet, those of the future included. */
  open = 0;

  constructor(world: World) {
    this.#world = world;
    this.#process = new SimulatedProcess('the shop', world.scheduler);
    const credentials = world.logins?.sourceOf('shop', this.#process);
    this.#publisher = simulatedPublisher({ ...world.network, process: this.#process, credentials });
    this.#client = world.database(this.#process, new Random(world.scenario.seed, 'shop'));
  }

  /** Publishes a message when its time has come, and again if it is to. What belongs to another's transaction is for that one's handler. */
  plan(message: MessagePlan): void {
    if (message.outbox?.within) return;
    const tell = message.outbox ? this.#add : this.#publish;
    for (const at of [message.at, ...message.again]) {
      this.open += 1;
      this.#process.clock.after(at, () => void tell(message));
    }
  }

  readonly #publish = async (message: MessagePlan): Promise<void> => {
    const { story, ledger } = this.#world;
    const [result] = await this.#publisher.publish([outgoing(message)]);
    this.open -= 1;
    story.tell(() => `The shop publishes ${message.id}: ${result?.status}.`);
    if (result?.status === 'confirmed') for (const account of ledger.of(message.id)) account.confirmed = true;
  };

  readonly #add = async (message: MessagePlan): Promise<void> => {
    const problem = await addToOutbox(message, this.#process, this.#client, this.#world).then(
      () => undefined,
      (error: Error) => error.message,
    );
    this.open -= 1;
    this.#world.story.tell(() => `The shop adds ${message.id} to the outbox: ${problem ?? 'done'}.`);
  };
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
