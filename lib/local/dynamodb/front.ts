import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import { credentialOf } from '../iam/credential.ts';
import { type AccountLocation, dynamoDbPermissions } from '../iam/dynamodb-actions.ts';
import { type ConditionalWrite, writeReturningItem } from './conditional-write.ts';
import { DynamoDbError, errorCode } from './dynamodb-error.ts';
import { Engine, type EngineResponse } from './engine.ts';
import { ExclusiveLock } from './exclusive-lock.ts';
import { operationOf, refuseUnknownParameters } from './operations.ts';
import { TableKeys } from './table-keys.ts';
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
  readonly #engine = new Engine();
  readonly #keys = new TableKeys(this.#engine);
  readonly #timeToLive = new TimeToLive(this.#engine, this.#keys);
  readonly #transactions = new TransactWrite(this.#engine, this.#keys);
  readonly #lock = new ExclusiveLock();
  readonly #where: AccountLocation;
  readonly #authorize: Authorizer | undefined;

  constructor(where: AccountLocation, authorize?: Authorizer) {
    this.#where = where;
    this.#authorize = authorize;
  }

  async handle(request: FrontRequest): Promise<EngineResponse> {
    // Health checks and requests that are none: dynalite's answers are those of DynamoDB.
    if (request.method !== 'POST') return this.#forward(request);
    try {
      const operation = operationOf(request.headers['x-amz-target'] as string | undefined);
      const input = parse(request.body);
      await this.#checkPermissions(request, operation, input);
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

  async #answer(request: FrontRequest, operation: string, input: Input): Promise<EngineResponse> {
    switch (operation) {
      case 'UpdateTimeToLive':
        return jsonResponse(200, await this.#lock.exclusive(() => this.#timeToLive.update(input)));
      case 'DescribeTimeToLive':
        return jsonResponse(200, await this.#lock.shared(() => this.#timeToLive.describe(input)));
      case 'TransactWriteItems':
        return jsonResponse(200, await this.#lock.exclusive(() => this.#transactions.write(input)));
      case 'TransactGetItems':
        return jsonResponse(200, await this.#lock.exclusive(() => transactGet(this.#engine, input)));
      case 'DeleteTable':
        return await this.#lock.exclusive(() => this.#deleteTable(request, String(input.TableName)));
      case 'PutItem':
      case 'UpdateItem':
      case 'DeleteItem':
        return await this.#write(request, operation, input);
      default:
        return await this.#lock.shared(() => this.#forward(request));
    }
  }

  async #write(request: FrontRequest, operation: string, input: Input): Promise<EngineResponse> {
    const response = await this.#lock.shared(() => this.#forward(request));
    if (
      response.status === 200 ||
      input.ReturnValuesOnConditionCheckFailure !== 'ALL_OLD' ||
      errorCode(JSON.parse(response.body)) !== 'ConditionalCheckFailedException'
    )
      return response;
    const answer = await this.#lock.exclusive(() =>
      writeReturningItem(this.#engine, this.#keys, operation, input as unknown as ConditionalWrite),
    );
    return jsonResponse(errorCode(answer) ? 400 : 200, answer);
  }

  async #deleteTable(request: FrontRequest, tableName: string): Promise<EngineResponse> {
    const response = await this.#forward(request);
    if (response.status === 200) {
      this.#keys.forget(tableName);
      this.#timeToLive.forget(tableName);
    }
    return response;
  }

  async #checkPermissions(request: FrontRequest, operation: string, input: Input): Promise<void> {
    const credential = credentialOf(request);
    if (!credential)
      throw new DynamoDbError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
    if (!this.#authorize) return;
    for (const { action, resource } of dynamoDbPermissions(operation, input, this.#where)) {
      const denial = await this.#authorize(credential.accessKeyId, action, resource);
      if (denial !== undefined) throw new DynamoDbError('AccessDeniedException', denial);
    }
  }

  #forward({ method, headers, url, body }: FrontRequest): Promise<EngineResponse> {
    return this.#engine.forward(method, headers, url, body);
  }
}

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
