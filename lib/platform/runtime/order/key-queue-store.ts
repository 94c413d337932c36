import type { KeyQueue } from './key-queue.ts';

/** A queue as it was read. */
export interface StoredQueue {
  readonly queue: KeyQueue;
  /** Counts its writes; 0 where there is none. */
  readonly version: number;
}

export const nothingStored: StoredQueue = { queue: [], version: 0 };

/**
 * Where the queues of order keys are kept. Names are `<consumer>#<order key>`.
 *
 * @throws ClaimStoreError when the store cannot be reached or refuses
 */
export interface KeyQueueStore {
  /** What is stored under each of these names, as of now. Names under which nothing is stored are left out. */
  read(names: readonly string[]): Promise<Map<string, StoredQueue>>;
  /**
   * Stores a queue in place of the one that was read; `false` when somebody else has written it meanwhile.
   * @param signal once it is aborted, no request is sent any more
   */
  write(name: string, queue: KeyQueue, version: number, signal?: AbortSignal): Promise<boolean>;
}
