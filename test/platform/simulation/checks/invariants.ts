import { deadLetterQueue } from '../../../../lib/platform/topology/names.ts';
import type { Tables } from '../dynamodb/tables.ts';
import type { BrokerMessage } from '../rabbitmq/broker-message.ts';
import type { Broker } from '../rabbitmq/simulated-broker.ts';
import type { ConsumerPlan, MessagePlan } from '../scenario/scenario.ts';
import { type Account, hasFailed, type Ledger } from './ledger.ts';

export interface FinalState {
  readonly broker: Broker;
  readonly tables: Tables;
  readonly ledger: Ledger;
  readonly consumers: readonly ConsumerPlan[];
  readonly messages: readonly MessagePlan[];
}

/** Crashes after which a message is given up. */
const maximumCrashes = 3;

/** What must be true of every message once the world has come to rest. */
export function checkFinalState(state: FinalState): void {
  const { broker, ledger, consumers, messages } = state;
  const waiting = [...broker.queues()].filter(({ name }) => !isTerminal(name) && broker.queue(name).size > 0);
  for (const queue of waiting)
    ledger.violate({
      rule: 'every message settles in bounded time',
      message: String(queue.messages()[0]?.properties.messageId ?? 'being dead-lettered'),
      what: `${queue.size} messages are still in ${queue.name}`,
    });
  for (const consumer of consumers) {
    const letters = Map.groupBy(broker.queue(deadLetterQueue(consumer.name)).messages(), ({ properties }) =>
      String(properties.messageId),
    );
    for (const message of messages)
      if (message.to === 'all' || message.to === consumer.name)
        checkMessage(message, consumer, letters.get(message.id) ?? [], state, waiting.length > 0);
  }
}

export const isTerminal = (queue: string): boolean => queue.endsWith(deadLetterQueue('')) || queue.endsWith('parking');

function checkMessage(
  message: MessagePlan,
  consumer: ConsumerPlan,
  letters: readonly BrokerMessage[],
  { tables, ledger }: FinalState,
  someWait: boolean,
): void {
  const account = ledger.account(consumer.name, message.id);
  const transacted = transactions(tables, account);
  const isDone = account.effects + transacted > 0;
  const violate = (rule: string, what: string): void =>
    ledger.violate({ rule, consumer: consumer.name, message: message.id, what });

  if (account.confirmed && !isDone && letters.length === 0 && !someWait)
    violate('nothing confirmed is lost', `${message.id} was confirmed and is nowhere`);
  for (const letter of letters) checkReason(letter, message, consumer, account, violate);
  if (!consumer.claims) return;
  if (isDone && letters.length > 0)
    violate('exactly one place', `${message.id} is done and a dead letter (${reasonOf(letters[0])})`);
  // Publishing is at least once: whoever does not learn that the broker took a dead letter sends it again.
  if (letters.length > 1 + account.doubts + account.disturbances)
    violate('exactly one place', `${message.id} is a dead letter ${letters.length} times`);
  if (transacted > 1) violate('effects of transact happen once', `that of ${message.id} happened ${transacted} times`);
  const disturbances = account.runs.filter(({ disturbed }) => disturbed).length;
  if (account.effects > 1 + disturbances)
    violate(
      'effects happen once',
      `that of ${message.id} happened ${account.effects} times, with ${disturbances} disturbances`,
    );
}

export const transactions = (tables: Tables, { consumer, id }: Pick<Account, 'consumer' | 'id'>): number =>
  Number(tables.get('effects', { id: { S: `${consumer}/${id}` } })?.times?.N ?? 0);

const reasonOf = (letter: BrokerMessage | undefined): string =>
  String(letter?.headers['x-dead-letter-reason'] ?? letter?.deaths[0]?.reason);

/** A dead letter must have deserved it: a neighbour's misfortune is no reason. */
function checkReason(
  letter: BrokerMessage,
  { id, steps, flaw }: MessagePlan,
  { maxAttempts }: ConsumerPlan,
  { runs, killings, neighboursCrashes }: Account,
  violate: (rule: string, what: string) => void,
): void {
  const reason = reasonOf(letter);
  const failed = runs.filter(hasFailed).length;
  const crashed = runs.filter(({ end }) => end === 'crashed').length;
  // What it was beside when a neighbour crashed counts with its own crashes, never without; so does what DynamoDB kept it from giving back before.
  const isSuspicious = crashed + killings > 0 && crashed + killings + neighboursCrashes >= maximumCrashes;
  const isDeserved = {
    undecodable: flaw === 'undecodable',
    invalid: flaw === 'invalid',
    fatal: steps.includes('fatal'),
    exhausted: failed >= maxAttempts,
    'process-crashed': flaw === 'crash-decoding' || flaw === 'crash-keying' || isSuspicious,
  }[reason];
  if (!isDeserved)
    violate(
      'neighbours keep their fate',
      `${id} is a dead letter (${reason}) after ${failed} failures, ${crashed} crashes of its own and ${killings} others`,
    );
}
