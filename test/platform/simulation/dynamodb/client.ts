import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Random } from '../engine/random.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { DynamoDbAnswer, DynamoDbFault, DynamoDbRequest, DynamoDbService } from './service.ts';

/** Says what befalls a request, if anything. */
export type DynamoDbTrouble = (request: DynamoDbRequest) => DynamoDbFault | undefined;

/** Told of what a process asks and what it hears; may end the process on the way. */
export interface DynamoDbWatcher {
  asks(process: SimulatedProcess, request: DynamoDbRequest): void;
  answered(process: SimulatedProcess, request: DynamoDbRequest, answer: DynamoDbAnswer | undefined): void;
}

export interface DynamoDbClientSettings {
  readonly process: SimulatedProcess;
  readonly service: DynamoDbService;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly trouble: DynamoDbTrouble;
  readonly watcher: DynamoDbWatcher;
  /** As the SDK's. @default 3 */
  readonly maxAttempts?: number;
  /** Milliseconds. @default 2000 */
  readonly requestTimeout?: number;
}

/** Errors after which the SDK sends a request again. Conflicts are not among them. */
const retried = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'TransactionInProgressException',
  'TimeoutError',
]);

let tokens = 0;

/** DynamoDB's client of one process: tries, time-outs and request tokens as the SDK has them, on the way that the network allows. */
export function dynamoDbClient(settings: DynamoDbClientSettings): DynamoDBClient {
  const { process, random, trouble } = settings;
  const send = async (
    command: { readonly input: unknown },
    { abortSignal }: { readonly abortSignal?: AbortSignal } = {},
  ): Promise<unknown> => {
    const operation = command.constructor.name.slice(0, -'Command'.length);
    const input = command.input as { readonly ClientRequestToken?: string };
    const token = input.ClientRequestToken ?? `token-${++tokens}`;
    const { maxAttempts = 3 } = settings;
    for (let attempt = 1; ; attempt++) {
      if (abortSignal?.aborted) throw Object.assign(new Error('Request aborted'), { name: 'AbortError' });
      const request = { operation, input, token };
      try {
        return await once({ ...request, fault: trouble(request) }, settings);
      } catch (error) {
        if (attempt >= maxAttempts || !retried.has((error as Error).name)) throw error;
        await process.settle(random.next() * 100 * 2 ** attempt, () => undefined);
      }
    }
  };
  // Paginators take nothing but an instance.
  return Object.assign(Object.create(DynamoDBClient.prototype) as DynamoDBClient, { send });
}

function once(request: DynamoDbRequest, settings: DynamoDbClientSettings): Promise<unknown> {
  const { process, service, scheduler, random, watcher, requestTimeout = 2000 } = settings;
  return new Promise((resolve, reject) => {
    watcher.asks(process, request);
    // Died with the request on its lips.
    if (!process.alive) return;
    const cancel = scheduler.after(
      requestTimeout,
      () => {
        watcher.answered(process, request, undefined);
        reject(Object.assign(new Error(`no answer within ${requestTimeout} ms`), { name: 'TimeoutError' }));
      },
      process,
    );
    const there = 0.5 + random.next() * 3 + (request.fault === 'late' ? random.next() * 2 * requestTimeout : 0);
    if (request.fault === 'lost-request') return;
    scheduler.after(there, () =>
      service.handle(request, (answer) => {
        if (request.fault === 'lost-answer') return;
        scheduler.after(
          0.5 + random.next() * 3,
          () => {
            cancel();
            watcher.answered(process, request, answer);
            if (!process.alive) return;
            if ('error' in answer) reject(answer.error);
            else resolve(answer.value);
          },
          process,
        );
      }),
    );
  });
}
