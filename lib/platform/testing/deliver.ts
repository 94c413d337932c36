import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { SecretOf, VariableOf } from '../config/environment-for.ts';
import { secretVariable, tableVariable } from '../config/function-environment.ts';
import type { Application, ApplicationConsumer } from '../declaration/application.ts';
import { processBatch } from '../runtime/batch/process-batch.ts';
import type { BatchReport } from '../runtime/batch/report.ts';
import { MemoryClaimStore } from '../runtime/claims/memory-claim-store.ts';
import type { ConsumerHandler } from '../runtime/consumer.ts';
import { definitionOf } from '../runtime/consumer-runtime.ts';
import type { RabbitMqEvent, RabbitMqRecord } from '../runtime/decode/event.ts';
import { notedOptions } from '../runtime/handler-options.ts';
import { Header } from '../runtime/headers.ts';
import { MemoryKeyQueueStore } from '../runtime/order/memory-key-queue-store.ts';
import type { OutgoingMessage } from '../runtime/publisher.ts';
import { secretCache } from '../runtime/settings.ts';
import { systemClock } from '../time/clock.ts';
import { setVariables } from './set-variables.ts';

/** What became of a batch. */
export interface Delivered {
  /** How many messages were done, retried, dead-lettered, … */
  readonly report: BatchReport;
  /** Why messages were retried or dead-lettered, such as `message-1: ValidationError: …`. */
  readonly failures: readonly string[];
  /** What `transact` has committed. */
  readonly written: readonly TransactWriteItem[];
  /** What was published for retries and as dead letters. */
  readonly copies: readonly OutgoingMessage[];
}

const remainingMilliseconds = 30_000;
const silent = new Logger({ logLevel: 'SILENT' });

/**
 * Hands bodies to a consumer as one batch of its queue, the ids of the messages being `message-1`, `message-2`, …: decoding, schema, order and the fate of each
 * message are as deployed. Claims, `transact` and the copies of failed messages stay in memory; what the handler calls itself is called. It knows the names of the
 * tables that the application permits the consumer. It logs nothing; `failures` says what went wrong. Middlewares of your own do not run.
 *
 * @param values of the variables and secrets that the consumer uses
 *
 * @example
 * const { failures, written } = await deliver(app, handler, [events['order.placed'].example]);
 * expect(failures).toEqual([]);
 *
 * @throws Error for a variable or a secret without a value
 */
export const deliver = async <const App extends Application>(
  app: App,
  handler: ConsumerHandler,
  bodies: readonly unknown[],
  values: {
    readonly variables?: Readonly<Partial<Record<VariableOf<App>, string>>>;
    readonly secrets?: Readonly<Partial<Record<SecretOf<App>, string>>>;
  } = {},
): Promise<Delivered> => {
  const options = notedOptions(handler);
  if (!options) throw new Error('the handler is none that consumer() of #consumer returned');
  const claims = new MemoryClaimStore();
  const written: TransactWriteItem[] = [];
  const copies: OutgoingMessage[] = [];
  const restore = setVariables(variablesOf(app.consumers[options.queue], values));
  try {
    const report = await processBatch(
      eventOf(options.queue, bodies),
      definitionOf(options, {}),
      {
        ...(options.claims !== 'none' && { claims, order: new MemoryKeyQueueStore() }),
        effects: {
          commit: async (items, key, owner) => {
            if (!(await claims.complete(key, owner))) return 'fenced';
            written.push(...items);
            return 'committed';
          },
        },
        publisher: async () => ({
          publish: async (messages) => {
            copies.push(...messages);
            return messages.map(() => ({ status: 'confirmed' }));
          },
        }),
        clock: systemClock,
        random: Math.random,
      },
      {
        remainingMilliseconds,
        owner: 'test/1',
        logger: () => silent,
      },
    );
    return { report, failures: copies.map(failureOf), written, copies };
  } finally {
    restore();
  }
};

interface Values {
  readonly variables?: Readonly<Record<string, string | undefined>>;
  readonly secrets?: Readonly<Record<string, string | undefined>>;
}

/** What its function finds in its environment. Values of secrets are kept as if they had been read. */
const variablesOf = (
  { tables = {}, variables = [], secrets = [] }: Partial<ApplicationConsumer> = {},
  values: Values,
): Record<string, string> => {
  const found = Object.fromEntries(Object.keys(tables).map((table) => [tableVariable(table), table]));
  for (const name of variables) found[name] = given('variables', name, values);
  for (const name of secrets) {
    const id = `test/${randomUUID()}`;
    void secretCache.hold(id, Promise.resolve(given('secrets', name, values)));
    found[secretVariable(name)] = id;
  }
  return found;
};

const given = (kind: keyof Values, name: string, { [kind]: values = {} }: Values): string => {
  const value = values[name];
  if (value === undefined)
    throw new Error(`the consumer uses ${name}: give deliver a value for it, such as { ${kind}: { ${name}: '…' } }`);
  return value;
};

const failureOf = ({ properties, headers }: OutgoingMessage): string =>
  `${properties.messageId}: ${headers[Header.exceptionType]}: ${headers[Header.exceptionMessage]}`;

const eventOf = (queue: string, bodies: readonly unknown[]): RabbitMqEvent => ({
  eventSource: 'aws:rmq',
  eventSourceArn: 'arn:aws:mq:eu-west-1:111122223333:broker:test:b-00000000-0000-0000-0000-000000000000',
  rmqMessagesByQueue: { [`${queue}::/`]: bodies.map((body, index) => recordOf(body, `message-${index + 1}`)) },
});

const recordOf = (body: unknown, messageId: string): RabbitMqRecord => {
  const bytes = Buffer.from(JSON.stringify(body));
  return {
    redelivered: false,
    data: bytes.toString('base64'),
    basicProperties: {
      contentType: 'application/json',
      contentEncoding: null,
      headers: null,
      deliveryMode: 2,
      priority: null,
      correlationId: null,
      replyTo: null,
      expiration: null,
      messageId,
      timestamp: null,
      type: null,
      userId: null,
      appId: null,
      clusterId: null,
      bodySize: bytes.length,
    },
  };
};
