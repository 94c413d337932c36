/**
 * The claim store could not answer: throttled, unreachable, no permission, table missing. Whether the write happened is
 * unknown, so the caller must let the message come back; its claim then tells.
 */
export class ClaimStoreError extends Error {
  override readonly name = 'ClaimStoreError';
  /** The claim's key, `<consumer>#<message id>`. */
  readonly key: string;

  constructor(operation: string, key: string, tableName: string, cause: unknown) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super(`${operation} of "${key.slice(0, 300)}" in table ${tableName} failed: ${reason}`, { cause });
    this.key = key;
  }
}
