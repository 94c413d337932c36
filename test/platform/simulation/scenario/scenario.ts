import type { CircuitBreakerSettings } from '../../../../lib/platform/config/circuit-breaker-settings.ts';
import type { FailureVerb } from '../../../../lib/platform/local/mapping/failure-verb.ts';
import type { DynamoDbFault } from '../dynamodb/service.ts';
import type { BrokerVersion } from '../rabbitmq/simulated-broker.ts';

/** Everything that one run consists of: plain data, so that parts of it can be left out to find what matters. Times in milliseconds from the start. */
export interface Scenario {
  readonly seed: number;
  readonly brokerVersion: BrokerVersion;
  readonly consumers: readonly ConsumerPlan[];
  readonly messages: readonly MessagePlan[];
  readonly faults: readonly Fault[];
  /** Of all consumers. @default nobody looks after them */
  readonly breaker?: BreakerPlan;
  /** Of the outbox. @default there is none */
  readonly relay?: RelayPlan;
  /** Rotations of broker users' passwords. @default there are none */
  readonly rotations?: readonly RotationPlan[];
}

export type BreakerPlan = CircuitBreakerSettings;

export interface RotationPlan {
  /** Named after the user that it began with. */
  readonly secret: string;
  readonly at: number;
}

export interface RelayPlan {
  /** Whether the table's stream invokes it; the schedule always does. */
  readonly hasStream: boolean;
  /** Each scheduled run takes place twice, side by side. */
  readonly invokesTwice: boolean;
  readonly maximumSkewMilliseconds: number;
}

export interface ConsumerPlan {
  readonly name: string;
  readonly claims: boolean;
  readonly ordered: boolean;
  /** Queues behind a hash exchange; 1 is a single queue without one. */
  readonly shards: number;
  readonly maxLength?: number;
  readonly concurrency: number;
  readonly batchSize: number;
  readonly windowMilliseconds: number;
  readonly failureVerb: FailureVerb;
  readonly timeoutMilliseconds: number;
  readonly maximumSkewMilliseconds: number;
  readonly maxAttempts: number;
  readonly maxDelaySeconds: number;
}

/** What the handler does with one delivery of a message. */
export const steps = [
  /** Calls a service outside: the effect. */
  'effect',
  /** Commits its effect with the claim. */
  'transact',
  /** The same, together with an item that all messages of the consumer write. */
  'transact-contended',
  'throw',
  'fatal',
  /** Never settles, whatever its signal says. */
  'hang',
  /** Comes to `transact` when its time is long over. */
  'stubborn',
  /** Needs most of the function's time, and obeys its signal. */
  'slow',
  'crash',
] as const;
export type Step = (typeof steps)[number];

export interface MessagePlan {
  readonly id: string;
  /** Consumers that it goes to; one, or all. */
  readonly to: string;
  readonly key: string;
  readonly at: number;
  /** When its publisher sends it again. */
  readonly again: readonly number[];
  /** What the handler does with each delivery in turn; the last one holds for all that follow. */
  readonly steps: readonly Step[];
  readonly flaw?: 'undecodable' | 'invalid' | 'crash-decoding' | 'crash-keying';
  /** How it gets into the outbox. @default the shop publishes it */
  readonly outbox?: OutboxPlan;
}

export interface OutboxPlan {
  /** When consumers are to get it. @default at once */
  readonly deliverAt?: number;
  /** Added in the transaction of another message's handler. @default by the shop, by itself */
  readonly within?: { readonly consumer: string; readonly message: string };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

export type Fault =
  | { readonly kind: 'kill'; readonly consumer: string; readonly at: number }
  /** At the n-th request of the consumer's function: before it leaves, on its way, or when the answer comes. */
  | {
      readonly kind: 'kill-at-call';
      readonly consumer: string;
      readonly call: number;
      readonly phase: 'before' | 'under-way' | 'answered';
    }
  | { readonly kind: 'poller-lost'; readonly consumer: string; readonly at: number }
  | { readonly kind: 'connections-lost'; readonly at: number }
  | ({ readonly kind: 'broker-away' } & Span)
  | ({ readonly kind: 'blocked' } & Span)
  | ({ readonly kind: 'refuses'; readonly probability: number } & Span)
  | ({ readonly kind: 'loses-confirms'; readonly probability: number } & Span)
  | { readonly kind: 'closes-while-opening'; readonly from: number; readonly times: number }
  | ({ readonly kind: 'dynamodb'; readonly fault: DynamoDbFault; readonly probability: number } & Span)
  /** What the handler needs gives no answer, or fails. */
  | ({ readonly kind: 'dependency-away'; readonly consumer: string; readonly how: 'hang' | 'throw' } & Span)
  /** The binding for what is sent to the consumer is missing. */
  | ({ readonly kind: 'unbound'; readonly consumer: string } & Span)
  /** The consumer's function runs under the name of another consumer. */
  | ({ readonly kind: 'copied-handler'; readonly consumer: string; readonly handler: string } & Span)
  /** A person disables the mapping of the consumer's first queue in the console, and enables it again. */
  | ({ readonly kind: 'disabled-by-hand'; readonly consumer: string } & Span);

/** When the last trouble is over and the last message published, in milliseconds from the start. */
export const troubleEnds = ({ faults, messages }: Scenario): number =>
  Math.max(
    0,
    ...faults.map((fault) => ('to' in fault ? fault.to : 0)),
    ...messages.map(({ at, outbox }) => outbox?.deliverAt ?? at),
  );
