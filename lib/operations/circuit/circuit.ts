import type { CircuitBreakerSettings } from '../../config/circuit-breaker-settings.ts';

/** Attempts that a consumer has made since it was first deployed. */
export interface AttemptCounters {
  readonly succeeded: number;
  readonly failed: number;
}

interface CounterSample extends AttemptCounters {
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Whether a consumer gets messages, and why not. */
export interface Circuit {
  readonly state: /** Gets messages. */
    | 'closed'
    /** Gets none, because too many attempts failed; until `until`. */
    | 'open'
    /** Gets messages again after it had been open; the first results decide. */
    | 'half-open'
    /** Gets none, because somebody said so; until he says otherwise. */
    | 'paused';
  /** When it came into this state, in milliseconds since the epoch. */
  readonly since: number;
  /** Why, for people. */
  readonly reason?: string;
  /** When an open circuit lets messages through again. */
  readonly until?: number;
  /** How often it has opened in succession without having closed. */
  readonly trips: number;
  /** The mappings have been switched on and have not been seen to read since. */
  readonly enabling: boolean;
  /** The counters as they were seen in this state, within the window, oldest first. */
  readonly samples: readonly CounterSample[];
}

export const initialCircuit = (now: number): Circuit => ({
  state: 'closed',
  since: now,
  trips: 0,
  enabling: false,
  samples: [],
});

/** What is seen at a look. */
export interface CircuitObservation {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly counters: AttemptCounters;
  /** Every mapping of the consumer is enabled. */
  readonly enabled: boolean;
}

/** The state after a look. @param settings undefined where the consumer has no breaker; then only people pause it. */
export function look(circuit: Circuit, seen: CircuitObservation, settings?: CircuitBreakerSettings): Circuit {
  const { now, counters } = seen;
  const enabling = circuit.enabling && !seen.enabled;
  if (circuit.state === 'paused') return circuit;
  if (!settings) return circuit.state === 'closed' ? { ...circuit, enabling, samples: [] } : close(circuit, seen);
  if (circuit.state === 'open') {
    if (now < (circuit.until ?? 0)) return circuit;
    return {
      state: 'half-open',
      since: now,
      trips: circuit.trips,
      enabling: true,
      samples: [{ at: now, ...counters }],
    };
  }
  const samples = within(circuit.samples, { at: now, ...counters }, settings.windowSeconds);
  const { succeeded, failed } = sinceFirst(samples);
  const attempts = succeeded + failed;
  const isTrial = circuit.state === 'half-open';
  if (attempts >= (isTrial ? 1 : settings.minimumAttempts) && failed >= settings.failureRate * attempts)
    return open(circuit, now, `${failed} of ${attempts} attempts failed`, settings);
  if (isTrial && attempts > 0) return close(circuit, seen);
  return { ...circuit, enabling, samples };
}

/** An operator keeps messages from the consumer. */
export const pause = (now: number, reason: string): Circuit => ({
  state: 'paused',
  since: now,
  reason,
  trips: 0,
  enabling: false,
  samples: [],
});

/** An operator lets messages through, whatever kept them from the consumer. What happened before no longer counts. */
export const resume = (now: number, reason: string): Circuit => ({
  state: 'closed',
  since: now,
  reason,
  trips: 0,
  enabling: true,
  samples: [],
});

/**
 * What the mappings are to be made; undefined where they are left alone. In a closed circuit they are: Lambda may have disabled one for an error, or
 * somebody by hand, and it is not for the breaker to switch it on again.
 */
export function wanted({ state, enabling }: Circuit): 'enabled' | 'disabled' | undefined {
  if (state === 'open' || state === 'paused') return 'disabled';
  return enabling ? 'enabled' : undefined;
}

function open({ trips }: Circuit, now: number, reason: string, settings: CircuitBreakerSettings): Circuit {
  const seconds = Math.min(settings.openSeconds * 2 ** trips, settings.maximumOpenSeconds);
  return {
    state: 'open',
    since: now,
    reason,
    until: now + seconds * 1000,
    trips: trips + 1,
    enabling: false,
    samples: [],
  };
}

const close = (circuit: Circuit, { now, counters, enabled }: CircuitObservation): Circuit => ({
  state: 'closed',
  since: now,
  trips: 0,
  // An open one was never switched on, a half-open one may not have been seen to be.
  enabling: circuit.state === 'open' || (circuit.enabling && !enabled),
  samples: [{ at: now, ...counters }],
});

/**
 * Adds a sample, and drops those that are older than the window but for the last of them, from which what happened in the window is counted. Counters only
 * grow: where they are lower than before, the table has been replaced and what is known of them is void.
 */
function within(
  samples: readonly CounterSample[],
  newest: CounterSample,
  windowSeconds: number,
): readonly CounterSample[] {
  const last = samples.at(-1);
  if (!last || newest.succeeded < last.succeeded || newest.failed < last.failed) return [newest];
  const unchanged = newest.succeeded === last.succeeded && newest.failed === last.failed;
  const all = unchanged ? samples : [...samples, newest];
  const first = all.findLastIndex(({ at }) => at <= newest.at - windowSeconds * 1000);
  return first > 0 ? all.slice(first) : all;
}

function sinceFirst(samples: readonly CounterSample[]): AttemptCounters {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last) return { succeeded: 0, failed: 0 };
  return { succeeded: last.succeeded - first.succeeded, failed: last.failed - first.failed };
}
