import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { MessageContext } from '../../../../lib/platform/runtime/context.ts';
import { FatalError } from '../../../../lib/platform/runtime/errors.ts';
import type { Message } from '../../../../lib/platform/runtime/message.ts';
import type { Account, Run } from '../checks/ledger.ts';
import type { Random } from '../engine/random.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { ConsumerPlan, MessagePlan, Step } from '../scenario/scenario.ts';
import type { Story } from '../story.ts';

export interface Body {
  readonly id: string;
  readonly key: string;
}

export interface BusinessWorld {
  readonly consumer: ConsumerPlan;
  readonly process: SimulatedProcess;
  readonly random: Random;
  readonly story: Story;
  readonly plan: (id: string) => MessagePlan;
  /** What the handler does instead, because something that it needs is away. */
  readonly dependency: () => Step | undefined;
  readonly account: (id: string) => Account;
  readonly begin: (account: Account, message: Message<Body>) => Run;
  /** Carries an effect out in a service outside. */
  readonly effect: (account: Account) => void;
  /** What goes into the outbox together with an effect. */
  readonly events: (account: Account) => readonly TransactWriteItem[];
  /** Ends the process. */
  readonly crash: (account: Account | undefined, while_: string) => void;
}

/** What the author of a consumer writes, with the behaviour that the scenario wants of it. */
export class Business {
  readonly #world: BusinessWorld;

  constructor(world: BusinessWorld) {
    this.#world = world;
  }

  readonly schema: StandardSchemaV1<unknown, Body> = {
    '~standard': {
      version: 1,
      vendor: 'simulation',
      validate: (value) => {
        const { id, key } = value as Record<string, unknown>;
        if (typeof id !== 'string' || typeof key !== 'string') return { issues: [{ message: 'no id, or no key' }] };
        if (this.#world.plan(id).flaw === 'crash-decoding') this.#world.crash(this.#world.account(id), 'decoding');
        return { value: { id, key } };
      },
    },
  };

  readonly orderKey = ({ body }: Message<Body>): string => {
    if (this.#world.plan(body.id).flaw === 'crash-keying') this.#world.crash(this.#world.account(body.id), 'keying');
    return body.key;
  };

  readonly handle = async (message: Message<Body>, context: MessageContext): Promise<void> => {
    const { account: accountOf, plan, begin, story, process } = this.#world;
    if (!process.alive) return never();
    const { id } = message.body;
    const account = accountOf(id);
    const { steps } = plan(id);
    const step = this.#world.dependency() ?? (steps[Math.min(account.runs.length, steps.length - 1)] as Step);
    const run = begin(account, message);
    story.tell(() => `${process.name} begins with ${id}, attempt ${message.attempt} (${step}).`);
    try {
      await this.#perform(step, account, run, context);
      if (run.end === 'running') run.end = 'succeeded';
    } catch (error) {
      if (run.end === 'running') run.end = 'threw';
      run.gaveUp = error instanceof FatalError || message.attempt >= this.#world.consumer.maxAttempts;
      story.tell(() => `The handler of ${process.name} fails with ${id}: ${error}.`);
      throw error;
    }
  };

  async #perform(step: Step, account: Account, run: Run, context: MessageContext): Promise<void> {
    const { random, process, consumer } = this.#world;
    const wait = (milliseconds: number): Promise<void> => process.settle(milliseconds, () => undefined);
    await wait(random.next() < 0.1 ? random.next() * 1500 : random.next() * 20);
    switch (step) {
      case 'effect':
        return this.#effect(account, context);
      case 'transact':
      case 'transact-contended':
        if (!consumer.claims) return this.#effect(account, context);
        return this.#transact(account, context, step === 'transact-contended');
      case 'throw':
        throw new Error('not now');
      case 'fatal':
        throw new FatalError('never');
      case 'hang':
        return never();
      case 'stubborn':
        await wait(consumer.timeoutMilliseconds * (0.85 + 0.14 * random.next()));
        return consumer.claims ? this.#transact(account, context, false) : this.#effect(account, context);
      case 'slow':
        await wait(consumer.timeoutMilliseconds * (0.3 + 0.4 * random.next()));
        return this.#effect(account, context);
      case 'crash':
        run.late = run.end === 'cut-off';
        run.end = 'crashed';
        this.#world.crash(account, 'handling');
        return never();
    }
  }

  async #effect(account: Account, context: MessageContext): Promise<void> {
    // Whoever respects the signal begins nothing after it.
    if (context.signal.aborted) throw context.signal.reason;
    this.#world.effect(account);
    await this.#world.process.settle(1 + this.#world.random.next() * 5, () => undefined);
  }

  #transact(account: Account, context: MessageContext, contended: boolean): Promise<void> {
    const { consumer, process, story } = this.#world;
    const counted = (id: string) => ({
      Update: {
        TableName: 'effects',
        Key: { id: { S: id } },
        UpdateExpression: 'ADD times :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      },
    });
    story.tell(() => `${process.name} commits the effect of ${account.id}.`);
    return context.transact([
      counted(`${consumer.name}/${account.id}`),
      ...(contended ? [counted(`${consumer.name}/total`)] : []),
      ...this.#world.events(account),
    ]);
  }
}

const never = (): Promise<never> => new Promise(() => undefined);
