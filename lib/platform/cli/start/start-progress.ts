import type { LocalRunEvent } from '../../local/events.ts';

/** Follows a run while it starts, by its events, and says how far it is. */
export class StartProgress {
  readonly #mappings: number;
  #resources = 0;
  readonly #enabled = new Set<string>();

  /** @param mappings that there will be: one for each queue that is consumed */
  constructor(mappings: number) {
    this.#mappings = mappings;
  }

  /** What is going on at first. */
  get text(): string {
    if (this.#resources === 0) return 'starting RabbitMQ, synthesizing the stacks';
    const reading = this.#enabled.size === 0 ? '' : `; ${this.#enabled.size} of ${this.#mappings} queues are read`;
    return `making queues, tables and functions: ${this.#resources} so far${reading}`;
  }

  /** @returns whether the text is another one now */
  note(event: LocalRunEvent): boolean {
    const before = this.text;
    if (event.type === 'resource') this.#resources += 1;
    if (event.type === 'mapping' && event.state === 'Enabled') this.#enabled.add(event.queue);
    return this.text !== before;
  }
}
