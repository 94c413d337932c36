/** A reproducible source of random numbers: the same seed gives the same sequence on every machine. */
export interface Random {
  /** Integer from 0 to `limit - 1`. */
  below(limit: number): number;
  /** One item of a list that is not empty. */
  pick<Item>(items: readonly Item[]): Item;
  /** The same items in a random order; the argument is left as it is. */
  shuffle<Item>(items: readonly Item[]): Item[];
  /** A UUID of version 4. */
  uuid(): string;
}

/** @param seed integer from 0 to 4,294,967,295; the generator is Mulberry32. */
export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return (bits ^ (bits >>> 14)) >>> 0;
  };
  const below = (limit: number): number => next() % limit;

  return {
    below,
    pick: <Item>(items: readonly Item[]): Item => {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError('pick() needs a list that is not empty');
      return item;
    },
    shuffle: <Item>(items: readonly Item[]): Item[] =>
      items
        .map((item) => ({ item, order: next() }))
        .sort((left, right) => left.order - right.order)
        .map(({ item }) => item),
    uuid: () => {
      const bytes = Buffer.alloc(16);
      for (let word = 0; word < 4; word += 1) bytes.writeUInt32BE(next(), word * 4);
      bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
      bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
      return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    },
  };
};
