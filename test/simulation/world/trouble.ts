import type { DynamoDbFault } from '../dynamodb/service.ts';
import type { Random } from '../engine/random.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import type { Fault } from '../scenario/scenario.ts';
import type { Story } from '../story.ts';

type Probable = 'refuses' | 'loses-confirms' | 'dynamodb';
type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;

/** The faults of a scenario, as services ask for them: is it now, and does it hit this one? */
export class Trouble {
  readonly #faults: readonly Fault[];
  readonly #scheduler: Scheduler;
  readonly #start: number;
  readonly #random: Random;
  readonly #story: Story;
  readonly #closures: { readonly from: number; left: number }[];

  constructor(faults: readonly Fault[], scheduler: Scheduler, random: Random, story: Story) {
    this.#faults = faults;
    this.#scheduler = scheduler;
    this.#start = scheduler.now;
    this.#random = random;
    this.#story = story;
    this.#closures = this.#of('closes-while-opening').map(({ from, times }) => ({ from, left: times }));
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

  readonly dynamoDb = (): DynamoDbFault | undefined => this.#strikes('dynamodb')?.fault;

  /** What becomes of a handler's step, now that what it needs is away. */
  readonly dependency = (consumer: string): 'hang' | 'throw' | undefined => {
    const away = this.#now('dependency-away');
    return away?.consumer === consumer ? away.how : undefined;
  };

  #of<Kind extends Fault['kind']>(kind: Kind): FaultOf<Kind>[] {
    return this.#faults.filter((fault): fault is FaultOf<Kind> => fault.kind === kind);
  }

  #now<Kind extends Fault['kind']>(kind: Kind): FaultOf<Kind> | undefined {
    const elapsed = this.#scheduler.now - this.#start;
    return this.#of(kind).find((fault) => 'to' in fault && fault.from <= elapsed && elapsed < fault.to);
  }

  #strikes<Kind extends Probable>(kind: Kind): FaultOf<Kind> | undefined {
    if (this.#faults.length === 0) return undefined;
    const fault = this.#now(kind);
    return fault && this.#random.chance((fault as Extract<Fault, { kind: Probable }>).probability) ? fault : undefined;
  }
}
