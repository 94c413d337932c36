import { expect } from '@jest/globals';
import fc from 'fast-check';
import { type ClaimOutcome, type ClaimStore, turnOf } from '../../../../lib/platform/runtime/claims/claim-store.ts';

export const retentionSeconds = 60;
const letter = 'why it was given up';

type Settling = 'complete' | 'giveUp' | 'forwarded' | 'release';

interface ModelRecord {
  settled?: Settling;
  turn: number;
  owner: string;
  lease: number;
  vanished: number;
  forgetAt: number;
  body: string | undefined;
}

/** What the rules of claims say, in the plainest words; stores are compared with it. */
export class ClaimModel {
  now = 1_800_000_000_000;
  readonly #records = new Map<string, ModelRecord>();

  #present(key: string): ModelRecord | undefined {
    const record = this.#records.get(key);
    return record && this.now < record.forgetAt ? record : undefined;
  }

  /** A record is kept for its retention after the second in which it was settled, or its lease would end. */
  #forgetAt(from: number): number {
    return (Math.ceil(from / 1000) + retentionSeconds) * 1000;
  }

  #start(key: string, turn: number, owner: string, lease: number, vanished: number, body?: string): ClaimOutcome {
    const forgetAt = this.#forgetAt(Math.max(this.now, lease));
    this.#records.set(key, { turn, owner, lease, vanished, forgetAt, body });
    return { status: 'claimed' };
  }

  /** Who holds or held the record last, and the moments at which something about it changes. */
  at(key: string): { readonly owner: string; readonly moments: readonly number[] } {
    const record = this.#records.get(key);
    return record
      ? { owner: record.owner, moments: [record.lease, record.forgetAt] }
      : { owner: 'nobody', moments: [] };
  }

  claim(key: string, turn: number, owner: string, lease: number, body?: string): ClaimOutcome {
    const record = this.#present(key);
    if (!record) return this.#start(key, turn, owner, lease, 0, body);
    const isOther = body !== undefined && record.body !== undefined && body !== record.body;
    const duplicate: ClaimOutcome = { status: 'duplicate', ...(isOther && { bodyDiffers: true }) };
    if (record.settled === 'complete') return duplicate;
    if (turn < record.turn) return { ...duplicate, handedOn: true };
    if (turn > record.turn) return this.#start(key, turn, owner, lease, 0, body);
    if (record.settled === 'forwarded') return { ...duplicate, handedOn: true };
    const isLetterAnothers = record.settled === 'giveUp' && record.owner[0] !== owner[0] && this.now < record.lease;
    if (isLetterAnothers) return { status: 'busy', leaseUntil: record.lease };
    if (record.settled === 'giveUp') return { status: 'given-up', letter, owner: record.owner };
    if (!record.settled && record.owner === owner) return { status: 'claimed' };
    if (!record.settled && this.now < record.lease) return { status: 'busy', leaseUntil: record.lease };
    const hasVanished = !record.settled && record.owner[0] !== owner[0];
    const vanished = record.vanished + (hasVanished ? 1 : 0);
    if (vanished > 0) return { status: 'suspect', crashes: vanished, owner: record.owner };
    return this.#start(key, turn, owner, lease, 0, body);
  }

  takeOver(key: string, turn: number, owner: string, lease: number, from: string): boolean {
    const record = this.#present(key);
    if (!record || record.turn !== turn) return false;
    const isSuspect = record.settled ? record.settled === 'release' && record.vanished > 0 : this.now >= record.lease;
    if (record.settled && !isSuspect) return false;
    if (record.owner === from && isSuspect) {
      this.#start(key, turn, owner, lease, record.vanished + 1);
      return true;
    }
    return !record.settled && record.owner === owner;
  }

  settle(how: Settling, key: string, owner: string): boolean {
    const record = this.#present(key);
    if (record?.owner !== owner) return false;
    const isUnderWay = record.settled === 'giveUp' && how === 'forwarded';
    if (record.settled && !isUnderWay) return record.settled === how;
    record.settled = how;
    record.forgetAt = this.#forgetAt(this.now);
    return true;
  }
}

/** The stores under test; they see the model's time. `prefix` keeps runs apart in a shared table. */
export interface Stores {
  readonly prefix: string;
  readonly stores: readonly ClaimStore[];
  /** Deletes an expired record, as DynamoDB does some time after its expiry. */
  deleteExpired(key: string): Promise<void>;
}

type Command = fc.AsyncCommand<ClaimModel, Stores>;

const command = (name: string, run: (model: ClaimModel, real: Stores) => Promise<void>): Command => ({
  check: () => true,
  run,
  toString: () => name,
});

const agree = async (real: Stores, expected: unknown, ask: (store: ClaimStore) => Promise<unknown>): Promise<void> => {
  for (const store of real.stores) expect(await ask(store)).toEqual(expected);
};

const key = fc.constantFrom('fulfil-order#1', 'fulfil-order#2');
const owner = fc.constantFrom('a/1', 'a/2', 'b/1', 'c/1');
/** Mostly the record's own owner: the others' attempts all end alike. */
const mostlyHolder = fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, owner);
const turn = fc.oneof({ weight: 3, arbitrary: fc.constant(turnOf(1, 0)) }, fc.constantFrom(turnOf(2, 0), turnOf(1, 1)));
const lease = fc.constantFrom(1, 1_500, 10_000, 90_000);

const body = fc.constantFrom('one', 'one', 'two', undefined);

const claim = fc.record({ key, turn, owner, lease, body }).map((c) =>
  command(`claim(${JSON.stringify(c)})`, async (model, real) => {
    const leaseUntil = model.now + c.lease;
    await agree(real, model.claim(c.key, c.turn, c.owner, leaseUntil, c.body), (store) =>
      store.claim({
        key: real.prefix + c.key,
        turn: c.turn,
        owner: c.owner,
        leaseUntil,
        ...(c.body !== undefined && { digest: c.body }),
      }),
    );
  }),
);

const takeOver = fc.record({ key, turn, owner, lease, from: mostlyHolder }).map((c) =>
  command(`takeOver(${JSON.stringify({ ...c, from: c.from ?? 'holder' })})`, async (model, real) => {
    const leaseUntil = model.now + c.lease;
    const from = c.from ?? model.at(c.key).owner;
    await agree(real, model.takeOver(c.key, c.turn, c.owner, leaseUntil, from), (store) =>
      store.takeOver({ key: real.prefix + c.key, turn: c.turn, owner: c.owner, leaseUntil }, from),
    );
  }),
);

const how = fc.constantFrom<Settling>('complete', 'giveUp', 'forwarded', 'forwarded', 'release', 'release');
const settle = fc.record({ how, key, owner: mostlyHolder }).map((c) =>
  command(`${c.how}(${c.key}, ${c.owner ?? 'holder'})`, async (model, real) => {
    const by = c.owner ?? model.at(c.key).owner;
    await agree(real, model.settle(c.how, c.key, by), (store) => store[c.how](real.prefix + c.key, by, letter));
  }),
);

/** To a moment at which a lease or a retention ends, or a little to either side of it. */
const passTo = fc.record({ key, moment: fc.constantFrom(0, 0, 0, 1), offset: fc.constantFrom(-1, 0, 0, 1) }).map((c) =>
  command(`passTo(${JSON.stringify(c)})`, async (model) => {
    model.now = Math.max(model.now, (model.at(c.key).moments[c.moment] ?? 0) + c.offset);
  }),
);

const pass = fc.constantFrom(1, 999, 1_500).map((milliseconds) =>
  command(`pass(${milliseconds} ms)`, async (model) => {
    model.now += milliseconds;
  }),
);

const deleteExpired = key.map((expired) =>
  command(`deleteExpired(${expired})`, (_, real) => real.deleteExpired(real.prefix + expired)),
);

/** Claims and the ends of leases come more often than the rest, so that runs reach the rare states. */
export const claimCommands = (maxCommands: number): fc.Arbitrary<Iterable<Command>> =>
  fc.commands([claim, claim, takeOver, settle, passTo, passTo, pass, deleteExpired], { maxCommands, size: 'max' });
