import type { ClaimCheckStore } from '../../../../lib/platform/runtime/claim-check/claim-check-store.ts';

/** Bodies in memory, and as failures whatever `problem` says. */
export class MemoryStore implements ClaimCheckStore {
  readonly bodies = new Map<string, Buffer>();
  reads = 0;
  problem: Error | undefined;

  async put(key: string, body: Buffer): Promise<void> {
    if (this.problem) throw this.problem;
    this.bodies.set(key, body);
  }

  async get(key: string, { bytes }: { readonly bytes: number }): Promise<Buffer> {
    this.reads++;
    const body = this.bodies.get(key);
    if (this.problem) throw this.problem;
    if (!body) throw Object.assign(new Error('no such key'), { name: 'NoSuchKey' });
    return body.subarray(0, bytes + 1);
  }
}
