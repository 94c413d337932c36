/**
 * The right to handle one turn of one message.
 *
 * A turn orders the copies of a message: every retry and every redrive is a later turn than the copy it was made from
 * (`turnOf`). A record exists once per consumer and message id.
 */
export interface ClaimRequest {
  /** `<consumer>#<message id>`. */
  readonly key: string;
  /** Position of this copy in the message's history; later copies have higher turns. */
  readonly turn: number;
  /**
   * Token of one claim of one record in one invocation, e.g. `<process>/<aws request id>/<position in the batch>/<how often it asked>`; every write
   * after the claim carries it as a condition (fencing). What comes before the first slash names the process: as long as it asks for claims, its earlier
   * invocations have not vanished. Never give one token to two records of a batch: who asks again for
   * what its own token holds is taken for a retry of a lost answer and told `claimed` once more, so that two copies of a
   * message in the same batch would both be handled. Nor to a record again that has given its claim back: the request that did so may be carried out
   * once more, after the client has sent it again.
   */
  readonly owner: string;
  /** Milliseconds since the epoch until which nobody else may take the claim: the invocation's deadline. */
  readonly leaseUntil: number;
  /** Of a suspect that is taken over: its crashes, as its claim said. @default one more than there were */
  readonly crashes?: number;
  /** Short digest of the message's body; kept in the record, so that a duplicate with another body is noticed. */
  readonly digest?: string | undefined;
}

export type ClaimOutcome =
  /** This owner may handle the message. */
  | { readonly status: 'claimed' }
  /**
   * This turn, or a later one, has been done or handed on: nothing is left to do.
   *
   * `handedOn`: it is not done, there was or is a later copy, or a dead letter. `bodyDiffers`: it was claimed with another digest, so this is
   * another message under the same id.
   */
  | { readonly status: 'duplicate'; readonly handedOn?: true; readonly bodyDiffers?: true }
  /** This turn ends as a dead letter that may not have arrived: nobody handles it again, `letter` has to be published in the name of `owner`. */
  | { readonly status: 'given-up'; readonly letter: string; readonly owner: string }
  /** Another owner holds the claim until `leaseUntil` (milliseconds since the epoch). */
  | { readonly status: 'busy'; readonly leaseUntil: number }
  /**
   * A suspect: its owner vanished while handling it, and the message may be why. `crashes`: how often that has happened, counting this one. Not
   * claimed yet: see `takeOver`. `orderKey`: as it was noted last.
   */
  | { readonly status: 'suspect'; readonly crashes: number; readonly owner: string; readonly orderKey?: string };

/**
 * Where claims are kept. Methods that settle a claim resolve to `false` when the owner no longer holds it
 * (fenced off by a newer owner); the record is then unchanged. Settling twice in the same way is settling once: the
 * second call says `true` too, because a retried request cannot know whether the first one arrived.
 * @throws ClaimStoreError when the store cannot be reached or refuses; nothing is known about the record then.
 */
export interface ClaimStore {
  claim(request: ClaimRequest): Promise<ClaimOutcome>;
  /** Takes a suspect's record from its vanished owner, counting the crash; `false` when somebody else was faster. */
  takeOver(request: ClaimRequest, from: string): Promise<boolean>;
  /** Writes the order key of a message into its claim, so that it is known without another look at the message, which may be what ends the process. */
  noteOrderKey(key: string, owner: string, orderKey: string): Promise<boolean>;
  /** The effect happened. */
  complete(key: string, owner: string): Promise<boolean>;
  /**
   * This turn ends as a dead letter. To be called before the letter is published, and `forwarded` once it has arrived: whoever gets the message in
   * between learns that from his claim, and what the letter has to say.
   */
  giveUp(key: string, owner: string, letter: string): Promise<boolean>;
  /** This turn was handed on: to a retry, or to the dead-letter queue. */
  forwarded(key: string, owner: string): Promise<boolean>;
  /** Gives the turn back unused, so that a redelivery may claim it at once. */
  release(key: string, owner: string): Promise<boolean>;
}

/** Whether two owners are invocations of one process. */
export const areOfOneProcess = (one: string, other: string): boolean => {
  const slash = one.indexOf('/');
  return slash > 0 && other.startsWith(one.slice(0, slash + 1));
};

/** Turn of a copy: redrives count above attempts. `attempt` 1 to 9,999, `redriveCount` from 0. */
export const turnOf = (attempt: number, redriveCount: number): number => redriveCount * 10_000 + attempt;
