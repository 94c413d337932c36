import { createHash } from 'node:crypto';
import { DynamoDbError } from './dynamodb-error.ts';

/** How long DynamoDB remembers a token: "10 minutes after the first request that uses it is completed", API reference of TransactWriteItems. */
const lifetimeMilliseconds = 600_000;

interface Remembered {
  readonly request: string;
  /** Milliseconds since the epoch; absent while the first request with this token is in progress. */
  readonly expires?: number;
}

/** What `ClientRequestToken` stands for: a transaction that was committed is not carried out a second time. */
export class RequestTokens {
  readonly #now: () => number;
  readonly #remembered = new Map<string, Remembered>();

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Carries out `work`, unless a request with this token has committed. Work that fails is forgotten: its token may be used again.
   *
   * @throws DynamoDbError `IdempotentParameterMismatchException` when the token stands for another request, `TransactionInProgressException`
   * when its first request has not been answered yet
   */
  async once(token: unknown, items: unknown, work: () => Promise<void>): Promise<void> {
    if (token === undefined || token === null) return await work();
    if (typeof token !== 'string' || token.length < 1 || token.length > 36)
      throw new DynamoDbError('ValidationException', 'ClientRequestToken must have 1 to 36 characters');
    const request = createHash('sha256').update(JSON.stringify(items)).digest('base64');
    if (this.#isCommitted(token, request)) return;
    this.#remembered.set(token, { request });
    try {
      await work();
    } catch (error) {
      this.#remembered.delete(token);
      throw error;
    }
    this.#remembered.set(token, { request, expires: this.#now() + lifetimeMilliseconds });
  }

  #isCommitted(token: string, request: string): boolean {
    const now = this.#now();
    for (const [old, { expires }] of this.#remembered)
      if (expires !== undefined && expires <= now) this.#remembered.delete(old);
    const known = this.#remembered.get(token);
    if (!known) return false;
    if (known.request !== request)
      throw new DynamoDbError(
        'IdempotentParameterMismatchException',
        'Request parameters do not match those of the request that used the same ClientRequestToken',
      );
    if (known.expires === undefined)
      throw new DynamoDbError(
        'TransactionInProgressException',
        'The transaction with the given request token is already in progress',
      );
    return true;
  }
}
