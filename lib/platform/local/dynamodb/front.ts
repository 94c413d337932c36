import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { credentialOf } from '../iam/credential.ts';
import { type AccountLocation, dynamoDbPermissions, type RequiredPermission } from '../iam/dynamodb-actions.ts';
import { type ConditionalWrite, writeReturningItem } from './conditional-write.ts';
import { DynamoDbError, errorCode } from './dynamodb-error.ts';
import { Engine, type EngineResponse, type Item } from './engine.ts';
import { ExclusiveLock } from './exclusive-lock.ts';
import { HeldItems } from './held-items.ts';
import { Journal } from './journal.ts';
import { operationOf, refuseUnknownParameters } from './operations.ts';
import { answerStreamOperation, streamOperationOf, streamResourceOf } from './streams/stream-operations.ts';
import { Streams, viewTypeOf } from './streams/streams.ts';
import { identityOf, TableKeys } from './table-keys.ts';
import { TimeToLive } from './time-to-live.ts';
import { transactGet } from './transact-get.ts';
import { TransactWrite } from './transact-write.ts';

type Input = Readonly<Record<string, unknown>>;

/** Resolves to the denial's message, or to nothing when the action is allowed. */
export type Authorizer = (accessKeyId: string, action: string, resource: string) => Promise<string | undefined>;

export interface FrontRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const jsonResponse = (status: number, value: unknown): EngineResponse => {
  const body = JSON.stringify(value);
  const headers = {
    'Content-Type': 'application/x-amz-json-1.0',
    'Content-Length': Buffer.byteLength(body),
    'x-amz-crc32': crc32(body),
    'x-amzn-RequestId': crypto.randomUUID(),
  };
  return { status, headers, body };
};

/** Answers DynamoDB requests: what dynalite can do by dynalite, the rest and the isolation of transactions by itself. */
export class Front {
  readonly #engine: Engine;
  readonly #keys: TableKeys;
  readonly #streams: Streams;
  readonly #timeToLive: TimeToLive;
  readonly #held = new HeldItems();
  readonly #transactions: TransactWrite;
  readonly #lock = new ExclusiveLock();
  readonly #where: AccountLocation;
  readonly #authorize: Authorizer | undefined;

  /**
   * @param now milliseconds since the epoch
   * @param folder where everything is kept, also from one process to the next. @default in memory
   */
  constructor(where: AccountLocation, authorize?: Authorizer, now: () => number = Date.now, folder?: string) {
    this.#where = where;
    this.#engine = new Engine(folder && join(folder, 'tables'));
    this.#keys = new TableKeys(this.#engine);
    const journal = new Journal(folder && join(folder, 'journal.ndjson'));
    this.#transactions = new TransactWrite(this.#engine, this.#keys, this.#held, now);
    this.#authorize = authorize;
    this.#streams = new Streams(this.#engine, this.#keys, where, journal);
    const onExpired = (table: string, item: Item): Promise<void> => this.#streams.expired(table, item);
    this.#timeToLive = new TimeToLive(this.#engine, this.#keys, onExpired, journal);
  }

  async handle(request: FrontRequest): Promise<EngineResponse> {
    // Health checks and requests that are none: dynalite's answers are those of DynamoDB.
    if (request.method !== 'POST') return this.#forward(request);
    try {
      const target = request.headers['x-amz-target'] as string | undefined;
      const input = parse(request.body);
      const streamOperation = streamOperationOf(target);
      if (streamOperation) return await this.#answerFromStreams(request, streamOperation, input);
      const operation = operationOf(target);
      await this.#checkPermissions(request, dynamoDbPermissions(operation, input, this.#where));
      refuseUnknownParameters(operation, input);
      return await this.#answer(request, operation, input);
    } catch (error) {
      if (error instanceof DynamoDbError) return jsonResponse(error.status, error.body);
      throw error;
    }
  }

  /** Deletes what has expired in tables with time to live. Returns the number of items. */
  sweep(now: number): Promise<number> {
    return this.#lock.shared(() => this.#timeToLive.sweep(now));
  }

  async #answerFromStreams(request: FrontRequest, operation: string, input: Input): Promise<EngineResponse> {
    const resource = streamResourceOf(this.#streams, operation, input);
    await this.#checkPermissions(request, [{ action: `dynamodb:${operation}`, resource }]);
    return jsonResponse(200, answerStreamOperation(this.#streams, operation, input));
  }

  async #answer(request: FrontRequest, operation: string, input: Input): Promise<EngineResponse> {
    switch (operation) {
      case 'CreateTable':
        return await this.#lock.exclusive(() => this.#createTable(request, input));
      case 'DescribeTable':
        return await this.#lock.shared(() => this.#describeTable(request, input));
      case 'UpdateTimeToLive':
        return jsonResponse(200, await this.#lock.exclusive(() => this.#timeToLive.update(input)));
      case 'DescribeTimeToLive':
        return jsonResponse(200, await this.#lock.shared(() => this.#timeToLive.describe(input)));
      case 'TransactWriteItems':
        return jsonResponse(
          200,
          await this.#transactions.write(input, (work) => this.#recorded(operation, input, work)),
        );
      case 'TransactGetItems':
        return jsonResponse(
          200,
          await transactGet(this.#engine, this.#keys, this.#held, input, (work) => this.#lock.exclusive(work)),
        );
      case 'DeleteTable':
        return await this.#lock.exclusive(() => this.#deleteTable(request, String(input.TableName)));
      case 'BatchWriteItem':
        if (!this.#streams.concerns(operation, input)) return await this.#lock.shared(() => this.#forward(request));
        return await this.#recorded(operation, input, () => this.#forward(request));
      case 'PutItem':
      case 'UpdateItem':
      case 'DeleteItem':
        await this.#refuseHeld(input);
        if (!this.#streams.concerns(operation, input)) return await this.#write(request, operation, input);
        return await this.#recorded(operation, input, () => this.#writeAlone(request, operation, input));
      default:
        return await this.#lock.shared(() => this.#forward(request));
    }
  }

  async #refuseHeld(input: Input): Promise<void> {
    if (this.#held.isEmpty) return;
    const { TableName, Key, Item } = input as unknown as ConditionalWrite;
    const identity = identityOf(TableName, await this.#keys.keyOf(TableName, Key ?? Item ?? {}));
    if (this.#held.has(identity))
      throw new DynamoDbError('TransactionConflictException', 'Transaction is ongoing for the item');
  }

  async #write(request: FrontRequest, operation: string, input: Input): Promise<EngineResponse> {
    const response = await this.#lock.shared(() => this.#forward(request));
    if (!mustReturnItem(response, input)) return response;
    return await this.#lock.exclusive(() => this.#writeReturningItem(operation, input));
  }

  async #writeAlone(request: FrontRequest, operation: string, input: Input): Promise<EngineResponse> {
    const response = await this.#forward(request);
    return mustReturnItem(response, input) ? await this.#writeReturningItem(operation, input) : response;
  }

  async #writeReturningItem(operation: string, input: Input): Promise<EngineResponse> {
    const answer = await writeReturningItem(this.#engine, this.#keys, operation, input as unknown as ConditionalWrite);
    return jsonResponse(errorCode(answer) ? 400 : 200, answer);
  }

  #recorded<Result>(operation: string, input: Input, work: () => Promise<Result>): Promise<Result> {
    return this.#lock.exclusive(() => this.#streams.recording(operation, input, work));
  }

  async #createTable(request: FrontRequest, input: Input): Promise<EngineResponse> {
    const viewType = viewTypeOf(input.StreamSpecification);
    if (!viewType) return await this.#forward(request);
    const { StreamSpecification: _, ...rest } = input;
    const answer = await this.#engine.call('CreateTable', rest);
    if (errorCode(answer)) return jsonResponse(400, answer);
    this.#streams.enable(String(input.TableName), viewType, input.KeySchema);
    return jsonResponse(200, this.#withStream(answer, 'TableDescription', input.TableName));
  }

  async #describeTable(request: FrontRequest, input: Input): Promise<EngineResponse> {
    const response = await this.#forward(request);
    if (response.status !== 200 || !this.#streams.ofTable(input.TableName)) return response;
    const answer = JSON.parse(response.body) as Record<string, unknown>;
    return jsonResponse(200, this.#withStream(answer, 'Table', input.TableName));
  }

  #withStream(answer: Record<string, unknown>, member: string, tableName: unknown): Record<string, unknown> {
    const stream = this.#streams.ofTable(tableName);
    const description = {
      ...(answer[member] as Record<string, unknown>),
      ...(stream && {
        StreamSpecification: { StreamEnabled: true, StreamViewType: stream.settings.viewType },
        LatestStreamArn: stream.arn,
        LatestStreamLabel: stream.label,
      }),
    };
    return { ...answer, [member]: description };
  }

  async #deleteTable(request: FrontRequest, tableName: string): Promise<EngineResponse> {
    const response = await this.#forward(request);
    if (response.status === 200) {
      this.#keys.forget(tableName);
      this.#timeToLive.forget(tableName);
      this.#streams.forget(tableName);
    }
    return response;
  }

  async #checkPermissions(request: FrontRequest, permissions: readonly RequiredPermission[]): Promise<void> {
    const credential = credentialOf(request);
    if (!credential)
      throw new DynamoDbError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
    if (!this.#authorize) return;
    for (const { action, resource } of permissions) {
      const denial = await this.#authorize(credential.accessKeyId, action, resource);
      if (denial !== undefined) throw new DynamoDbError('AccessDeniedException', denial);
    }
  }

  #forward({ method, headers, url, body }: FrontRequest): Promise<EngineResponse> {
    return this.#engine.forward(method, headers, url, body);
  }
}

/** The condition of a write failed and its author wants to see the item. */
const mustReturnItem = (response: EngineResponse, input: Input): boolean =>
  response.status !== 200 &&
  input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' &&
  errorCode(JSON.parse(response.body)) === 'ConditionalCheckFailedException';

const parse = (body: Buffer): Input => {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch (error) {
    throw new DynamoDbError('SerializationException', error instanceof Error ? error.message : String(error));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new DynamoDbError('SerializationException', 'Start of structure or map found where not expected.');
  return value as Input;
};
