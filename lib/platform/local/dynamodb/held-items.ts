/**
 * The items of transactions in progress. DynamoDB lets nobody wait for such an item: another transaction is cancelled, and a
 * single write is refused.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
 */
export class HeldItems {
  readonly #identities = new Set<string>();

  /** Whether a transaction is in progress at all. */
  get isEmpty(): boolean {
    return this.#identities.size === 0;
  }

  /** @param identity see `identityOf` */
  has(identity: string): boolean {
    return this.#identities.has(identity);
  }

  /** Holds items that nobody holds while `work` runs. */
  async during<Result>(identities: Iterable<string>, work: () => Promise<Result>): Promise<Result> {
    const held = [...identities];
    for (const identity of held) this.#identities.add(identity);
    try {
      return await work();
    } finally {
      for (const identity of held) this.#identities.delete(identity);
    }
  }
}
