/**
 * Groups items into lanes: items that share a token are in the same lane, in the order given; lanes are in the order of their
 * first items. Items of one lane are handled one after the other, lanes side by side.
 *
 * @param tokensOf what must keep an item behind an earlier one; none for an item that waits for nobody
 */
export function lanesOf<T>(items: readonly T[], tokensOf: (item: T) => readonly string[]): T[][] {
  const parents: number[] = [];
  const rootOf = (index: number): number => {
    let root = index;
    while (parents[root] !== root) root = parents[root] ?? root;
    parents[index] = root;
    return root;
  };
  const firstWith = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    parents.push(index);
    for (const token of tokensOf(item)) {
      const first = firstWith.get(token);
      if (first === undefined) firstWith.set(token, index);
      else unite(parents, rootOf(first), rootOf(index));
    }
  }
  const lanes = new Map<number, T[]>();
  for (const [index, item] of items.entries()) {
    const root = rootOf(index);
    const lane = lanes.get(root);
    if (lane) lane.push(item);
    else lanes.set(root, [item]);
  }
  return [...lanes.values()];
}

/** The earlier item stays the root, so that lanes come out in order. */
function unite(parents: number[], one: number, other: number): void {
  parents[Math.max(one, other)] = Math.min(one, other);
}

/**
 * Runs lanes side by side, at most `concurrency` at a time, the items of a lane one after the other.
 *
 * @param run never rejects; a promise only where it has to wait. Also gets the item before this one in its lane.
 * @returns a promise only where there is something to wait for
 */
export function runLanes<T>(
  lanes: readonly (readonly T[])[],
  concurrency: number,
  run: (item: T, earlier: T | undefined) => Promise<void> | undefined,
): Promise<unknown> | undefined {
  let next = 0;

  /** Takes item after item until something has to be waited for. */
  const advance = (worker: Worker<T>): Promise<void> | undefined => {
    for (;;) {
      const { lane } = worker;
      while (worker.index < lane.length) {
        const index = worker.index++;
        const pending = run(lane[index] as T, index === 0 ? undefined : lane[index - 1]);
        if (pending !== undefined) return pending;
      }
      const following = lanes[next++];
      if (following === undefined) return undefined;
      worker.lane = following;
      worker.index = 0;
    }
  };
  const proceed = async (worker: Worker<T>, first: Promise<void>): Promise<void> => {
    for (let pending: Promise<void> | undefined = first; pending !== undefined; pending = advance(worker))
      await pending;
  };

  const running: Promise<void>[] = [];
  while (running.length < concurrency && next < lanes.length) {
    const worker: Worker<T> = { lane: [], index: 0 };
    const pending = advance(worker);
    if (pending !== undefined) running.push(proceed(worker, pending));
  }
  return running.length === 0 ? undefined : Promise.all(running);
}

/** Where in which lane it is. */
interface Worker<T> {
  lane: readonly T[];
  index: number;
}
