import type { ConsumeMessage } from 'amqplib';
import { type Clock, systemClock } from '../../time/clock.ts';
import { maximumPayloadBytes } from '../runtime/invocation.ts';
import { encodeRecord } from './encode-record.ts';
import { whyUndecodable } from './undecodable-properties.ts';

/** A message with its JSON in the event. */
export interface Delivery {
  readonly message: ConsumeMessage;
  readonly json: string;
  readonly bytes: number;
}

export interface BatchLimits {
  /** Records at most. */
  readonly size: number;
  /** How long to wait for more after the first record has come. */
  readonly windowMilliseconds: number;
  /** No more than this many can be waiting, since the broker sends no more: waiting longer is pointless. */
  readonly prefetch: number;
}

/** Room for the braces, names and ARN around the records. */
const envelopeBytes = 1024;
/** JSON of one record at most; a larger one fits into no invocation. */
export const maximumRecordBytes = maximumPayloadBytes - envelopeBytes;

/** How many of the deliveries the next batch holds: up to its size, and up to Lambda's 6 MB. */
export const batchLength = (
  deliveries: readonly { readonly bytes: number }[],
  size: number,
): { readonly length: number; readonly full: boolean } => {
  let bytes = 0;
  for (const [index, delivery] of deliveries.entries()) {
    if (index === size) return { length: size, full: true };
    bytes += delivery.bytes + 1;
    if (bytes > maximumRecordBytes && index > 0) return { length: index, full: true };
  }
  return { length: deliveries.length, full: deliveries.length >= size };
};

/** The event of a batch. */
export const eventOf = (
  deliveries: readonly Delivery[],
  source: { readonly eventSourceArn: string; readonly queue: string; readonly vhost: string },
): string =>
  `{"eventSource":"aws:rmq","eventSourceArn":${JSON.stringify(source.eventSourceArn)},"rmqMessagesByQueue":{${JSON.stringify(
    `${source.queue}::${source.vhost}`,
  )}:[${deliveries.map(({ json }) => json).join(',')}]}}`;

/** The JSON of a message in the event, or why it has none. */
const recordJson = ({ properties, content, fields }: ConsumeMessage): { json: string } | { problem: string } => {
  const undecodable = whyUndecodable(properties);
  if (undecodable !== undefined) return { problem: `its headers cannot be decoded: ${undecodable}` };
  try {
    return { json: JSON.stringify(encodeRecord({ properties, content, redelivered: fields.redelivered })) };
  } catch (error) {
    return { problem: `its headers cannot be written as JSON: ${(error as Error).message}` };
  }
};

/** Messages that have come and are in no batch yet, cut into batches as Lambda cuts them. */
export class Inbox {
  readonly #limits: BatchLimits;
  readonly #clock: Clock;
  #deliveries: Delivery[] = [];
  #firstAt = 0;
  #closed = false;
  #wake: () => void = () => undefined;

  constructor(limits: BatchLimits, clock: Clock = systemClock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  get length(): number {
    return this.#deliveries.length;
  }

  /** @returns why the message can be in no batch, where that is so; it is not kept then */
  push(message: ConsumeMessage): string | undefined {
    const encoded = recordJson(message);
    if ('problem' in encoded) return encoded.problem;
    const bytes = Buffer.byteLength(encoded.json);
    if (bytes > maximumRecordBytes)
      return `its record of ${bytes} bytes fits into no invocation, which holds ${maximumRecordBytes}`;
    if (this.#deliveries.length === 0) this.#firstAt = this.#clock.now();
    this.#deliveries.push({ message, json: encoded.json, bytes });
    this.#wake();
    return undefined;
  }

  /** No more batches: `next` resolves to `undefined`. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Waits for a batch: until it is full, or the window that began with its first record is over. */
  async next(): Promise<readonly Delivery[] | undefined> {
    for (;;) {
      if (this.#closed) return undefined;
      const remaining = this.#firstAt + this.#limits.windowMilliseconds - this.#clock.now();
      const { length, full } = batchLength(this.#deliveries, this.#limits.size);
      if (length > 0 && (full || remaining <= 0 || this.#deliveries.length >= this.#limits.prefetch))
        return this.#take(length);
      await this.#change(length > 0 ? remaining : undefined);
    }
  }

  #take(length: number): readonly Delivery[] {
    const batch = this.#deliveries.slice(0, length);
    this.#deliveries = this.#deliveries.slice(length);
    this.#firstAt = this.#clock.now();
    return batch;
  }

  #change(milliseconds: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const cancel = milliseconds === undefined ? undefined : this.#clock.after(milliseconds, resolve);
      this.#wake = () => {
        cancel?.();
        resolve();
      };
    });
  }
}
