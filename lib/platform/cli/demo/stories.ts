import type { Random } from './random.ts';

/**
 * Events that belong together: each type once, in the order of `functions/events.ts`, about the same things. What is called `order-1` in the examples is `order-7`
 * in the seventh story, and a UUID another one.
 */
export interface Story {
  readonly number: number;
  /** How many of its events have been told. */
  told: number;
  readonly uuids: Map<string, string>;
}

/** The next event of a story. */
export interface Step {
  readonly story: Story;
  /** Which of the types it is. */
  readonly index: number;
}

const openAtOnce = 20;

/** Tells many stories at the same time, each of them in order. */
export class Stories {
  readonly #length: number;
  readonly #random: Random;
  readonly #open: Story[];
  #begun = 0;

  /** @param length events of each story, at least 1 */
  constructor(length: number, random: Random) {
    this.#length = length;
    this.#random = random;
    this.#open = Array.from({ length: openAtOnce }, () => this.#begin());
  }

  next(): Step {
    const story = this.#random.pick(this.#open);
    const index = story.told;
    story.told += 1;
    if (story.told === this.#length) this.end(story);
    return { story, index };
  }

  /** Tells no more of it: what comes next would be about things that are not there. */
  end(story: Story): void {
    const place = this.#open.indexOf(story);
    if (place >= 0) this.#open[place] = this.#begin();
  }

  #begin(): Story {
    this.#begun += 1;
    return { number: this.#begun, told: 0, uuids: new Map() };
  }
}

/** `order-1`, `plate_12`: a name that ends in a number. */
const numbered = /^([A-Za-z][A-Za-z0-9]*[-_])(\d{1,9})$/;
const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Highest number of each name in the examples, so that no two stories are about the same thing. */
export const highestNumbers = (examples: unknown): ReadonlyMap<string, number> => {
  const highest = new Map<string, number>();
  mapTexts(examples, (text) => {
    const [, name, number] = numbered.exec(text) ?? [];
    if (name !== undefined) highest.set(name, Math.max(highest.get(name) ?? 1, Number(number)));
    return text;
  });
  return highest;
};

/** A body about the things of a story. */
export const inStory = (body: unknown, story: Story, highest: ReadonlyMap<string, number>, random: Random): unknown =>
  mapTexts(body, (text) => {
    if (uuid.test(text)) {
      const own = story.uuids.get(text) ?? random.uuid();
      story.uuids.set(text, own);
      return own;
    }
    const [, name, number] = numbered.exec(text) ?? [];
    return name === undefined ? text : `${name}${Number(number) + (story.number - 1) * (highest.get(name) ?? 1)}`;
  });

const mapTexts = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((element) => mapTexts(element, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapTexts(member, change)]));
};
