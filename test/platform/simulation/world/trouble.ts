import type { DynamoDbFault } from '../dynamodb/service.ts';
import type { Random } from '../engine/random.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import type { Publishing } from '../rabbitmq/broker-message.ts';
import type { Fault } from '../scenario/scenario.ts';
import type { Story } from '../story.ts';

type Probable = 'refuses' | 'loses-confirms' | 'dynamodb';
type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;
type FaultsByKind = { readonly [Kind in Fault['kind']]?: FaultOf<Kind>[] };

/** The faults of a scenario, as services ask for them: is it now, and does it hit this one? */
export class Trouble {
  readonly #faults: FaultsByKind;
  readonly #scheduler: Scheduler;
  readonly #start: number;
  readonly #random: Random;
  readonly #story: Story;
  readonly #closures: { readonly from: number; left: number }[];

  constructor(faults: readonly Fault[], scheduler: Scheduler, random: Random, story: Story) {
    this.#faults = Object.groupBy(faults, ({ kind }) => kind) as FaultsByKind;
    this.#scheduler = scheduler;
    this.#start = scheduler.now;
    this.#random = random;
    this.#story = story;
    this.#closures = (this.#faults['closes-while-opening'] ?? []).map(({ from, times }) => ({ from, left: times }));
  }

  readonly brokerIsAway = (): boolean => this.#now('broker-away') !== undefined;

  readonly closesWhileOpening = (): boolean => {
    const elapsed = this.#scheduler.now - this.#start;
    const closure = this.#closures.find(({ from, left }) => left > 0 && elapsed >= from);
    if (!closure) return false;
    closure.left -= 1;
    this.#story.tell(() => 'The broker opens a channel and closes its connection in the same breath.');
    return true;
  };

  readonly refuses = (): boolean => this.#strikes('refuses') !== undefined;

  readonly losesConfirm = (): boolean => this.#strikes('loses-confirms') !== undefined;

  /** No queue gets what this is published to. */
  readonly isUnbound = ({ exchange, routingKey }: Publishing): boolean => {
    const unbound = this.#now('unbound');
    return unbound !== undefined && exchange === 'events' && routingKey === `to.${unbound.consumer}`;
  };

  /** The name that a consumer's function runs under. */
  readonly nameOf = (consumer: string): string => {
    const copied = this.#now('copied-handler');
    return copied?.consumer === consumer ? copied.handler : consumer;
  };

  readonly dynamoDb = (): DynamoDbFault | undefined => this.#strikes('dynamodb')?.fault;

  /** What becomes of a handler's step, now that what it needs is away. */
  readonly dependency = (consumer: string): 'hang' | 'throw' | undefined => {
    const away = this.#now('dependency-away');
    return away?.consumer === consumer ? away.how : undefined;
  };

  #now<Kind extends Fault['kind']>(kind: Kind): FaultOf<Kind> | undefined {
    const faults = this.#faults[kind];
    if (!faults) return undefined;
    const elapsed = this.#scheduler.now - this.#start;
    return faults.find((fault) => 'to' in fault && fault.from <= elapsed && elapsed < fault.to);
  }

  #strikes<Kind extends Probable>(kind: Kind): FaultOf<Kind> | undefined {
    const fault = this.#now(kind);
    return fault && this.#random.chance((fault as Extract<Fault, { kind: Probable }>).probability) ? fault : undefined;
  }
}
