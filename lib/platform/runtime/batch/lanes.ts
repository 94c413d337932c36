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
 * @param run never rejects. Also gets the item before this one in its lane.
 */
export async function runLanes<T>(
  lanes: readonly (readonly T[])[],
  concurrency: number,
  run: (item: T, earlier: T | undefined) => Promise<void> | undefined,
): Promise<void> {
  // One iterator for all: each worker takes the next lane that nobody has.
  const waiting = lanes.values();
  const work = async (): Promise<void> => {
    for (const lane of waiting) {
      let earlier: T | undefined;
      for (const item of lane) {
        await run(item, earlier);
        earlier = item;
      }
    }
  };
  const workers: Promise<void>[] = [];
  while (workers.length < Math.min(concurrency, lanes.length)) workers.push(work());
  await Promise.all(workers);
}
