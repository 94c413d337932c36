/** An object as it was put. */
export interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly lastModified: Date;
  readonly contentType: string;
  /** `x-amz-checksum-*` and `x-amz-meta-*` headers. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The buckets of a local run, in memory. */
export class ObjectStore {
  readonly #buckets = new Map<string, Map<string, StoredObject>>();

  create(bucket: string): void {
    this.#buckets.set(bucket, new Map());
  }

  delete(bucket: string): void {
    this.#buckets.delete(bucket);
  }

  /** Objects by key; undefined for a bucket that does not exist. */
  bucket(name: string): Map<string, StoredObject> | undefined {
    return this.#buckets.get(name);
  }
}
