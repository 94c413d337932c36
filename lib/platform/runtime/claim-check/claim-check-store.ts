/** Keeps bodies that are too large for the broker. */
export interface ClaimCheckStore {
  /**
   * @param sha256 of the body, in hex; the store must refuse a body that has another by the time it arrives
   * @throws whatever went wrong; then the body may or may not be there
   */
  put(key: string, body: Buffer, options: { readonly sha256: string; readonly signal?: AbortSignal }): Promise<void>;
  /**
   * At most `bytes` + 1 bytes of what is there: whoever asks knows the size and is not to be filled up with more.
   * @throws whatever went wrong; a body that is not there, or not to be read by this caller, is a failure, too
   */
  get(key: string, options: { readonly bytes: number; readonly signal?: AbortSignal }): Promise<Buffer>;
}
