import type { Binding, Exchange, ExchangeType, Policy, Queue } from './model.ts';

/** What `declaration.ts` may say. `expandTopology` derives queues, dead letters, delays, policies, users and permissions from it. */
export interface TopologyDeclaration {
  /** By name. */
  readonly exchanges: Readonly<Record<string, ExchangeDeclaration>>;
  /** By name, which is also the name of the queue and of the function's folder. */
  readonly consumers: Readonly<Record<string, ConsumerDeclaration>>;
  /** By name, which is also the name of the broker user. */
  readonly publishers: Readonly<Record<string, PublisherDeclaration>>;
  /** Objects beside these, word for word as the broker is to have them. */
  readonly additional?: {
    readonly exchanges?: readonly Exchange[];
    readonly queues?: readonly Queue[];
    readonly bindings?: readonly Binding[];
    readonly policies?: readonly Policy[];
  };
}

export interface ExchangeDeclaration extends Omit<Exchange, 'name' | 'type'> {
  readonly type: ExchangeType;
  /** Exchanges that feed this one. */
  readonly bindings?: readonly BindingDeclaration[];
}

export interface BindingDeclaration {
  /** Source. */
  readonly exchange: string;
  /** @default '' */
  readonly routingKey?: string;
  /** For a headers exchange: `{ 'x-match': 'all', … }`. */
  readonly arguments?: Binding['arguments'];
}

export interface ConsumerDeclaration {
  readonly bindings: readonly BindingDeclaration[];
  /**
   * How often a message may return to the queue before the broker dead-letters it. A safety net only: the function counts attempts itself.
   * At least 1.
   * @default 1000
   */
  readonly deliveryLimit?: number;
  /**
   * Messages in the queue at which publishers get `basic.nack`. Retries and scheduled events that find it full wait in `<queue>.returning`, outside
   * the limit, and try again every three minutes.
   * @default unlimited
   */
  readonly maxLength?: number;
  /** Several queues behind a hash exchange, each with a mapping of its own. @default one queue, no hash exchange */
  readonly shards?: ShardsDeclaration;
  /**
   * Queues of this consumer from before its shards changed. They get nothing new but their retries, and are read until you take them out here:
   * `['orders.shard-2', 'orders.shard-3']` when four shards become two, `['orders']` when a queue becomes shards. A topology that leaves out a queue that
   * still gets or holds messages is refused.
   * @default none
   */
  readonly formerQueues?: readonly string[];
  /** What the function itself publishes, beside its retries and dead letters. @default nothing */
  readonly publishes?: readonly PublishDeclaration[];
  /** Consumers to which the function may send with a delay, beside itself. @default none */
  readonly schedules?: readonly string[];
}

export interface ShardsDeclaration {
  /**
   * 2 to 64. Changing it moves keys to other queues: order per key is lost for the messages that wait meanwhile. Where it becomes smaller, name the queues that go
   * in `formerQueues`.
   */
  readonly count: number;
  /** What decides the queue. All messages that lack it go to one and the same queue. */
  readonly by:
    | { readonly header: string }
    | { readonly property: 'message_id' | 'correlation_id' | 'timestamp' }
    | 'routing-key';
}

export interface PublisherDeclaration {
  readonly publishes: readonly PublishDeclaration[];
  /** Consumers to which it may send with a delay. @default none */
  readonly schedules?: readonly string[];
}

export interface PublishDeclaration {
  readonly exchange: string;
  /** On a topic exchange: patterns with `*` and `#` of the routing keys that are allowed. @default every routing key */
  readonly routingKeys?: readonly string[];
  /**
   * May also publish there with a delay. Whoever is bound to the exchange when the delay ends gets the event as if it were published then;
   * where nobody is, it goes to the parking-lot queue.
   * @default false
   */
  readonly scheduled?: boolean;
}
