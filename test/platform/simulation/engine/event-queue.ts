import type { SimulatedProcess } from './simulated-process.ts';

export interface ScheduledEvent {
  /** Milliseconds since the epoch. */
  readonly due: number;
  /** Decides between events that are due at the same moment. */
  readonly tie: number;
  readonly action: () => void;
  readonly owner: SimulatedProcess | undefined;
  cancelled: boolean;
}

const isBefore = (one: ScheduledEvent, other: ScheduledEvent): boolean =>
  one.due < other.due || (one.due === other.due && one.tie < other.tie);

/** What is to happen, the earliest first (a binary heap). */
export class EventQueue {
  readonly #heap: ScheduledEvent[] = [];

  next(): ScheduledEvent | undefined {
    return this.#heap[0];
  }

  push(event: ScheduledEvent): void {
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(event, heap[parent] as ScheduledEvent)) break;
      heap[index] = heap[parent] as ScheduledEvent;
      index = parent;
    }
    heap[index] = event;
  }

  pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as ScheduledEvent, heap[child] as ScheduledEvent))
        child += 1;
      if (!isBefore(heap[child] as ScheduledEvent, last)) break;
      heap[index] = heap[child] as ScheduledEvent;
      index = child;
    }
    heap[index] = last;
  }
}
