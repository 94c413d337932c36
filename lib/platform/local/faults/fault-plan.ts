import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault, PlannedFault, StruckFault } from './fault.ts';
import { RecordFile } from './record-file.ts';

/**
 * Which message meets which fault, and which faults have happened: two files in a folder that a local run shares with the processes of its functions. Faults may be
 * added at any time before the message is handled; what has happened outlives the process to which it did.
 */
export class FaultPlan {
  readonly folder: string;
  readonly #planned: RecordFile<PlannedFault>;
  readonly #struck: RecordFile<StruckFault>;
  readonly #faults = new Map<string, Fault>();
  readonly #happened: StruckFault[] = [];
  readonly #times = new Map<string, number>();

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.folder = folder;
    this.#planned = new RecordFile(join(folder, 'planned.ndjson'));
    this.#struck = new RecordFile(join(folder, 'struck.ndjson'));
  }

  /** A message has one fault at a consumer; a later one replaces it. */
  add(faults: readonly PlannedFault[]): void {
    this.#planned.append(faults);
  }

  /** The fault that a message is to meet now. */
  due(consumer: string, messageId: string): Fault | undefined {
    for (const planned of this.#planned.next()) this.#faults.set(faultKey(planned), planned.fault);
    const key = faultKey({ consumer, messageId });
    const fault = this.#faults.get(key);
    if (fault?.times === undefined) return fault;
    this.#readStruck();
    return (this.#times.get(key) ?? 0) < fault.times ? fault : undefined;
  }

  /** To be called before it happens: it may end the process. */
  note(struck: StruckFault): void {
    this.#struck.append([struck]);
  }

  /** The faults that have happened, in their order. */
  struck(): readonly StruckFault[] {
    this.#readStruck();
    return [...this.#happened];
  }

  #readStruck(): void {
    for (const struck of this.#struck.next()) {
      this.#happened.push(struck);
      this.#times.set(faultKey(struck), (this.#times.get(faultKey(struck)) ?? 0) + 1);
    }
  }
}

/** What a fault belongs to: a message at a consumer. The name of a consumer has no spaces. */
export const faultKey = ({ consumer, messageId }: Pick<PlannedFault, 'consumer' | 'messageId'>): string =>
  `${consumer} ${messageId}`;
