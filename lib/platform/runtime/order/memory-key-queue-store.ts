import type { KeyQueue } from './key-queue.ts';
import { type KeyQueueStore, nothingStored, type StoredQueue } from './key-queue-store.ts';

/** Queues of one process. For tests: nothing survives it, and nothing expires. */
export class MemoryKeyQueueStore implements KeyQueueStore {
  readonly #stored = new Map<string, StoredQueue>();

  async read(names: readonly string[]): Promise<Map<string, StoredQueue>> {
    const found = new Map<string, StoredQueue>();
    for (const name of names) {
      const stored = this.#stored.get(name);
      if (stored) found.set(name, stored);
    }
    return found;
  }

  async write(name: string, queue: KeyQueue, version: number, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted();
    const stored = this.#stored.get(name) ?? nothingStored;
    if (stored.version !== version) return false;
    this.#stored.set(name, { queue, version: version + 1 });
    return true;
  }
}
