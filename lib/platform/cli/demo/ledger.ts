/** What the publisher was told about one event. */
export interface PublishedEvent {
  readonly id: string;
  readonly status: 'confirmed' | 'returned' | 'rejected' | 'failed';
  /** Why it was not confirmed. */
  readonly problem?: string;
}

export interface FoundMessage {
  readonly id: string;
  /** Attempt that this copy is for, or that failed last. */
  readonly attempt: number;
}

export interface DeadLetter extends FoundMessage {
  readonly reason: string;
  /** What was thrown last, where it is a function that gave up. */
  readonly error?: string;
}

/** What was found about one consumer: on the broker, in the claim table and in the tables of its effects. */
export interface ConsumerFindings {
  readonly consumer: string;
  /** Ids of all copies that the broker routed to the consumer, in order; a repeated id is a duplicate. */
  readonly arrived: readonly string[];
  /** Messages that the claim table calls done; absent for a consumer without claims. */
  readonly done?: readonly FoundMessage[];
  /** How often the effect of each message is there; absent where there is no table to look at. */
  readonly effects?: ReadonlyMap<string, number>;
  readonly deadLetters: readonly DeadLetter[];
  /** Copies in the consumer's queue, or on their way back to it through the delay infrastructure. */
  readonly waiting: readonly FoundMessage[];
}

export interface Findings {
  readonly published: readonly PublishedEvent[];
  readonly consumers: readonly ConsumerFindings[];
  /** Messages whose delay ended but whose queue was gone. */
  readonly unroutable: number;
  /** Ids of messages that were made to become dead letters, by consumer. @default nobody knows */
  readonly doomed?: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface LedgerRow {
  readonly consumer: string;
  /** Different messages that the broker routed to this consumer. */
  readonly messages: number;
  readonly done: number;
  /** Further copies of the same messages that led to nothing. */
  readonly duplicatesSuppressed: number;
  /** Whether claims say at which attempt messages were done. */
  readonly retriesCounted: boolean;
  /** How many messages were tried a second, third, … time, by attempt. */
  readonly retriedByAttempt: Readonly<Record<number, number>>;
  /** How many messages are dead letters, by reason. */
  readonly deadLetteredByReason: Readonly<Record<string, number>>;
  /** Ids of dead letters that nobody made to become one; none where nobody knows. */
  readonly deadLettersNotOnPurpose: readonly string[];
  readonly waiting: number;
  /** Ids of messages that are nowhere: not done, or done without an effect, not waiting and no dead letter. */
  readonly lost: readonly string[];
  /** Whether there was a table to look at. */
  readonly effectsCounted: boolean;
  /** Ids of messages whose effect happened more than once. */
  readonly effectsRepeated: readonly string[];
  /** Ids of messages that are both done and a dead letter. */
  readonly inTwoPlaces: readonly string[];
  /** Ids that were found done or dead without ever having been routed here. */
  readonly unexpected: readonly string[];
}

export interface Ledger {
  /** Events handed to the publisher, duplicates included. */
  readonly events: number;
  readonly confirmed: number;
  /** Events that the broker did not take, with the reason. */
  readonly refused: readonly PublishedEvent[];
  /** Ids of confirmed events that were routed to no consumer. */
  readonly reachedNobody: readonly string[];
  readonly rows: readonly LedgerRow[];
  readonly unroutable: number;
  /** One to look at: one that nobody made, if there is one. */
  readonly sampleDeadLetter?: DeadLetter & { readonly consumer: string };
  /** Every event is in exactly one place, and its effect happened at most once. */
  readonly accounted: boolean;
}

/** Strikes the balance of what was found. Pure: the same findings give the same ledger. */
export const makeLedger = ({ published, consumers, unroutable, doomed }: Findings): Ledger => {
  const rows = consumers.map((found) => makeRow(found, doomed && (doomed.get(found.consumer) ?? new Set())));
  const arrived = new Set(consumers.flatMap((consumer) => consumer.arrived));
  const missing = published.filter(({ id }) => !arrived.has(id));
  const refused = missing.filter(({ status }) => status !== 'confirmed');
  const reachedNobody = [...new Set(missing.filter(({ status }) => status === 'confirmed').map(({ id }) => id))];
  return {
    events: published.length,
    confirmed: published.filter(({ status }) => status === 'confirmed').length,
    refused,
    reachedNobody,
    rows,
    unroutable,
    ...sampleOf(consumers, rows),
    accounted: refused.length === 0 && reachedNobody.length === 0 && unroutable === 0 && rows.every(isBalanced),
  };
};

const isBalanced = (row: LedgerRow): boolean =>
  row.waiting === 0 &&
  row.lost.length === 0 &&
  row.effectsRepeated.length === 0 &&
  row.inTwoPlaces.length === 0 &&
  row.unexpected.length === 0;

/** Of those that nobody made, else of those that a handler gave up on: they say more than what could not be read. */
const sampleOf = (
  consumers: readonly ConsumerFindings[],
  rows: readonly LedgerRow[],
): Pick<Ledger, 'sampleDeadLetter'> => {
  const notOnPurpose = new Set(rows.flatMap((row) => row.deadLettersNotOnPurpose.map((id) => `${row.consumer} ${id}`)));
  const all = consumers.flatMap(({ consumer, deadLetters }) => deadLetters.map((letter) => ({ ...letter, consumer })));
  const sample =
    all.find(({ consumer, id }) => notOnPurpose.has(`${consumer} ${id}`)) ??
    all.find(({ reason }) => reason === 'exhausted') ??
    all[0];
  return sample ? { sampleDeadLetter: sample } : {};
};

const makeRow = (found: ConsumerFindings, doomed: ReadonlySet<string> | undefined): LedgerRow => {
  const copies = countBy(found.arrived);
  const deadCopies = countBy(found.deadLetters.map(({ id }) => id));
  const waiting = new Set(found.waiting.map(({ id }) => id));
  const done = doneIds(found);
  const ids = [...copies.keys()];
  return {
    consumer: found.consumer,
    messages: copies.size,
    done: ids.filter((id) => done.has(id)).length,
    duplicatesSuppressed: sum(ids.map((id) => suppressed(copies.get(id) ?? 0, deadCopies.get(id) ?? 0))),
    retriesCounted: found.done !== undefined,
    retriedByAttempt: retriesOf([...(found.done ?? []), ...found.deadLetters, ...found.waiting]),
    deadLetteredByReason: reasonsOf(found.deadLetters),
    deadLettersNotOnPurpose: doomed ? [...deadCopies.keys()].filter((id) => !doomed.has(id)) : [],
    waiting: found.waiting.length,
    lost: ids.filter((id) => !done.has(id) && !deadCopies.has(id) && !waiting.has(id)),
    effectsCounted: found.effects !== undefined,
    effectsRepeated: [...(found.effects ?? [])].filter(([, times]) => times > 1).map(([id]) => id),
    inTwoPlaces: [...done].filter((id) => deadCopies.has(id)),
    unexpected: [...new Set([...done, ...deadCopies.keys()])].filter((id) => !copies.has(id)),
  };
};

/** A message counts as done only where everything that can be looked at says so. */
const doneIds = ({ done, effects }: ConsumerFindings): ReadonlySet<string> => {
  const effective = (id: string): boolean => effects === undefined || (effects.get(id) ?? 0) > 0;
  const claimed = done === undefined ? [...(effects?.keys() ?? [])] : done.map(({ id }) => id);
  return new Set(claimed.filter(effective));
};

/** One copy is the message itself; a further copy that became a dead letter of its own was not suppressed. */
const suppressed = (copies: number, deadCopies: number): number =>
  Math.max(0, copies - 1 - Math.max(0, deadCopies - 1));

const retriesOf = (messages: readonly FoundMessage[]): Record<number, number> => {
  const lastAttempt = new Map<string, number>();
  for (const { id, attempt } of messages) lastAttempt.set(id, Math.max(attempt, lastAttempt.get(id) ?? 1));
  const retries: Record<number, number> = {};
  for (const last of lastAttempt.values())
    for (let attempt = 2; attempt <= last; attempt += 1) retries[attempt] = (retries[attempt] ?? 0) + 1;
  return retries;
};

const reasonsOf = (deadLetters: readonly DeadLetter[]): Record<string, number> => {
  const reasons = new Map(deadLetters.map(({ id, reason }) => [id, reason]));
  return Object.fromEntries([...countBy([...reasons.values()])].sort());
};

const countBy = (values: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
