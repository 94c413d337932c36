import { type ClaimOutcome, turnOf } from '../claims/claim-store.ts';
import { bodyDigest } from '../decode/body-digest.ts';
import type { RabbitMqRecord } from '../decode/event.ts';
import { messageIdOf } from '../decode/message-id.ts';
import { decodeRecord } from '../decode/record.ts';
import type { DecodeError } from '../errors.ts';
import { Header } from '../headers.ts';
import type { HeaderValue, Message, RawMessage } from '../message.ts';
import { type TraceContext, traceContext } from '../trace/trace-context.ts';
import { type DeadLetterFate, type Fate, type ForwardedFate, isForwarded } from './fate.ts';

/** The claim of an owner that vanished, which makes the message a suspect. */
export type CrashedClaim = Extract<ClaimOutcome, { status: 'suspect' }>;

/** What was found out about a delivery ahead of its turn, where the order key had to be known. */
export type ReadAhead =
  | {
      readonly orderKey: string | undefined;
      /** Absent where there was no room for it: it is read again when it is its turn. */
      readonly message?: Message<unknown>;
      /** What the message takes of the batch's budget for bodies. */
      readonly keptBytes?: number;
    }
  | { readonly orderKey?: undefined; readonly error: unknown };

/**
 * How far a delivery has come. Each stage is entered by the method of `Delivery` that is named in brackets.
 *
 * - `waiting`: nothing has been done, or its claim was given back (`claimReleased`, `claimDoubted`).
 * - `claiming`: its claim was asked for and may be ours (`startClaiming`).
 * - `claimed`: the claim is ours (`claimGranted`).
 * - `suspect`: an earlier owner vanished with its claim, which is still that owner's (`suspect`).
 * - `handling`: it is read, then handled (`startHandling`).
 * - `committed`: `transact` has committed the effect together with the claim (`effectCommitted`).
 * - `fenced`: `transact` found that the claim is another's (`effectFenced`).
 * - `completing`: the handler returned and its claim is being completed (`startCompleting`).
 * - `settled`: it has its fate (`settle`).
 */
export type Stage =
  | 'waiting'
  | 'claiming'
  | 'claimed'
  | 'suspect'
  | 'handling'
  | 'committed'
  | 'fenced'
  | 'completing'
  | 'settled';

/**
 * One record of a batch on its way to its fate. The first fate wins: the deadline may settle a delivery while its handler still runs, and
 * from then on nothing that the handler does changes it. So every method that enters a stage says whether it did, and does nothing to a
 * delivery that is settled.
 */
export class Delivery {
  readonly raw: RawMessage;
  /** Position in the batch. */
  readonly index: number;
  readonly id: string;
  readonly attempt: number;
  readonly redriveCount: number;
  /** How often in this attempt the claim store gave no answer. */
  readonly deferrals: number;
  /** Why the record cannot be read. */
  readonly problem: DecodeError | undefined;
  readonly #needsCopy: () => void;
  #readAhead: ReadAhead | undefined;
  #stage: Stage = 'waiting';
  #timesAsked = 0;
  #claim: 'none' | 'asked' | 'held' | 'given up' = 'none';
  #givenUpBy: string | undefined;
  #crashed: CrashedClaim | undefined;
  #fate: Fate | undefined;
  #mayCommit = false;
  #copy: 'none' | 'confirmed' | 'unconfirmed' = 'none';

  /** @param needsCopy called when it gets a fate that needs a copy */
  constructor(record: RabbitMqRecord, queue: string, vhost: string, index: number, needsCopy: () => void) {
    const { raw, problem } = decodeRecord(record, queue, vhost);
    this.raw = raw;
    this.index = index;
    this.#needsCopy = needsCopy;
    this.problem = problem;
    this.id = messageIdOf(raw);
    const redrives = wholeNumber(raw.headers[Header.redriveCount], 0, 999_999);
    // Only a dead letter has a reason: somebody moved it back, without counting that. It starts anew, or it would be taken for what it was.
    const isMovedBack = raw.headers[Header.deadLetterReason] !== undefined;
    this.attempt = isMovedBack ? 1 : wholeNumber(raw.headers[Header.attempt], 1, 9_999);
    this.redriveCount = isMovedBack ? redrives + 1 : redrives;
    this.deferrals = isMovedBack ? 0 : wholeNumber(raw.headers[Header.deferrals], 0, 9_999);
  }

  /** Where the message was created; read when it is asked for. */
  get trace(): TraceContext | undefined {
    const { traceparent, tracestate } = this.raw.headers;
    return traceContext(traceparent, tracestate);
  }

  /** By which a duplicate with another body is noticed; made when it is asked for. */
  get digest(): string | undefined {
    return bodyDigest(this.raw);
  }

  get turn(): number {
    return turnOf(this.attempt, this.redriveCount);
  }

  get readAhead(): ReadAhead | undefined {
    return this.#readAhead;
  }

  /** Known only after it was read ahead. */
  get orderKey(): string | undefined {
    return this.#readAhead?.orderKey;
  }

  get stage(): Stage {
    return this.#stage;
  }

  get fate(): Fate | undefined {
    return this.#fate;
  }

  /** The copy that its fate needs: not published yet, in the hands of the broker, or refused. */
  get copy(): 'none' | 'confirmed' | 'unconfirmed' {
    return this.#copy;
  }

  /** How often the claim store was asked for its claim. */
  get timesAsked(): number {
    return this.#timesAsked;
  }

  /** Its claim has to be settled with its fate. */
  get mayHoldClaim(): boolean {
    return this.#claim !== 'none';
  }

  /** The claim was granted, and has not been given up. */
  get holdsClaim(): boolean {
    return this.#claim === 'held';
  }

  /** Its claim says that it ends as a dead letter. */
  get isGivenUp(): boolean {
    return this.#claim === 'given up';
  }

  /** Who gave it up, where that was an earlier invocation. */
  get givenUpBy(): string | undefined {
    return this.#givenUpBy;
  }

  /** What is known of the owner that vanished. */
  get crashed(): CrashedClaim | undefined {
    return this.#crashed;
  }

  wasReadAhead(readAhead: ReadAhead): void {
    this.#readAhead = readAhead;
  }

  startClaiming(): boolean {
    if (!this.#enter('claiming')) return false;
    this.#timesAsked += 1;
    this.#claim = 'asked';
    return true;
  }

  claimGranted(): boolean {
    if (!this.#enter('claimed')) return false;
    this.#claim = 'held';
    return true;
  }

  /** The claim was given back, so that somebody else's trouble does not make a suspect of this delivery. */
  claimReleased(): boolean {
    if (!this.#enter('waiting')) return false;
    this.#claim = 'none';
    return true;
  }

  /** Nobody knows whether the claim was given back: it has to be asked for again before anything is done under it. */
  claimDoubted(): boolean {
    if (!this.#enter('waiting')) return false;
    this.#claim = 'asked';
    return true;
  }

  /** The claim is another's, and `fate` is what that leaves to this delivery. */
  claimRefused(fate: Fate): boolean {
    if (!this.settle(fate)) return false;
    this.#claim = 'none';
    return true;
  }

  /** An earlier invocation gave it up, and nobody knows whether its dead letter arrived. */
  wasGivenUp(fate: DeadLetterFate, owner: string): boolean {
    if (!this.settle(fate)) return false;
    this.#claim = 'given up';
    this.#givenUpBy = owner;
    return true;
  }

  /** Its claim says from now on that it ends as a dead letter. */
  givenUp(): void {
    this.#claim = 'given up';
  }

  suspect(crashed: CrashedClaim): boolean {
    if (!this.#enter('suspect')) return false;
    this.#claim = 'none';
    this.#crashed = crashed;
    return true;
  }

  /** `transact` was called and has not been answered for certain: its effect may still come about. */
  get mayCommit(): boolean {
    return this.#mayCommit;
  }

  transactionStarted(): void {
    this.#mayCommit = true;
  }

  /** It is certain what became of it. */
  transactionAnswered(): void {
    this.#mayCommit = false;
  }

  startHandling(): boolean {
    return this.#enter('handling');
  }

  effectCommitted(): boolean {
    return this.#enter('committed');
  }

  effectFenced(): boolean {
    return this.#enter('fenced');
  }

  startCompleting(): boolean {
    return this.#enter('completing');
  }

  /** `false` where it has a fate already, which it keeps. */
  settle(fate: Fate): boolean {
    if (!this.#enter('settled')) return false;
    this.#fate = fate;
    if (isForwarded(fate)) this.#needsCopy();
    return true;
  }

  /** Before its copy was published, it turned out that none is needed: its transaction has committed, or the claim is another's. */
  foundSettled(fate: Fate): void {
    this.#fate = fate;
    this.#claim = 'none';
  }

  /** The broker has the copy that `fate` needs; where the first one could not be delivered, that is another than it was settled with. */
  copyConfirmed(fate: ForwardedFate): void {
    this.#fate = fate;
    this.#copy = 'confirmed';
  }

  /** Nobody has the copy: the original has to come back. */
  copyRefused(): void {
    this.#copy = 'unconfirmed';
  }

  #enter(stage: Stage): boolean {
    if (this.#stage === 'settled') return false;
    this.#stage = stage;
    return true;
  }
}

/** A counter that we set ourselves; `lowest` where it is absent or somebody else wrote something else into it. */
function wholeNumber(value: HeaderValue | undefined, lowest: number, highest: number): number {
  if (value === undefined) return lowest;
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= lowest
    ? Math.min(number, highest)
    : lowest;
}
