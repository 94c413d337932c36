import type { CircuitBreakerSettings } from '../../config/circuit-breaker-settings.ts';
import { countMessages, type HealthRecord } from '../../runtime/health/health-record.ts';
import { doubled } from '../../time/backoff.ts';
import { type HeldMappings, hold, holdAll, stillHeld } from './held-mappings.ts';
import type { MappingStatus } from './mapping-control.ts';

/** Whether a consumer gets messages, and why not. */
export interface Circuit {
  readonly state: /** Gets messages. */
    | 'closed'
    /** Gets none, because too many messages failed; until `until`. */
    | 'open'
    /** Gets messages again after it had been open; the first of them decide. */
    | 'half-open'
    /** Gets none, because somebody said so; until he says otherwise. */
    | 'paused';
  /** When it came into this state, in milliseconds since the epoch; 0 for one that was never in another. What happened before does not count. */
  readonly since: number;
  /** Why, for people. */
  readonly reason?: string;
  /** When an open circuit lets messages through again. */
  readonly until?: number;
  /** How often it has opened in succession without having closed. */
  readonly trips: number;
  /** Mappings that this circuit switched off and has not seen reading since. Nobody else's are switched on again. */
  readonly held: HeldMappings;
}

export const initialCircuit: Circuit = { state: 'closed', since: 0, trips: 0, held: {} };

/** What is seen at a look. */
export interface CircuitObservation {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Those of the window, at least. */
  readonly health: readonly HealthRecord[];
  readonly mappings: readonly MappingStatus[];
}

/** The state after a look. @param settings undefined where the consumer has no breaker; then only people pause it. */
export function look(before: Circuit, seen: CircuitObservation, settings?: CircuitBreakerSettings): Circuit {
  if (before.state === 'paused') return before;
  const { now, mappings } = seen;
  const circuit: Circuit = { ...before, held: stillHeld(before.held, mappings) };
  if (!settings) return circuit.state === 'closed' ? circuit : close(circuit, now);
  if (circuit.state === 'open') {
    if (now < (circuit.until ?? 0)) return { ...circuit, held: hold(circuit.held, mappings) };
    return { state: 'half-open', since: now, trips: circuit.trips, held: circuit.held };
  }
  const { succeeded, failed } = countMessages(
    seen.health,
    Math.max(circuit.since, now - settings.windowSeconds * 1000),
  );
  const messages = succeeded + failed;
  const isTrial = circuit.state === 'half-open';
  const isFailing = messages > 0 && failed >= settings.failureRate * messages;
  if (isFailing && messages >= (isTrial ? settings.trialMessages : settings.minimumMessages))
    return open(circuit, seen, `${failed} of ${messages} messages failed`, settings);
  // A queue that gets few messages must not stay on trial for ever; one message that fails says nothing, however long it takes.
  const isLongTrial = now - circuit.since >= settings.windowSeconds * 1000;
  if (isTrial && !isFailing && messages >= (isLongTrial ? 1 : settings.trialMessages)) return close(circuit, now);
  return circuit;
}

/** An operator keeps messages from the consumer. */
export const pause = (now: number, reason: string): Circuit => ({
  state: 'paused',
  since: now,
  reason,
  trips: 0,
  held: {},
});

/** An operator lets messages through, whatever kept them from the consumer. What happened before no longer counts. */
export const resume = (now: number, reason: string, mappings: readonly MappingStatus[]): Circuit => ({
  state: 'closed',
  since: now,
  reason,
  trips: 0,
  held: holdAll(mappings),
});

/** What a mapping is to be made. */
export interface Switch {
  readonly id: string;
  readonly to: 'enabled' | 'disabled';
}

/** What the circuit's state asks of the mappings. One that is on its way waits for the next look. */
export const switches = (circuit: Circuit, mappings: readonly MappingStatus[]): readonly Switch[] =>
  stops(circuit)
    ? mappings.filter(({ state }) => state === 'Enabled').map(({ id }) => ({ id, to: 'disabled' }))
    : mappings
        .filter(({ id, state }) => state === 'Disabled' && Object.hasOwn(circuit.held, id))
        .map(({ id }) => ({ id, to: 'enabled' }));

/** Whether the circuit keeps messages from the consumer. */
export const stops = ({ state }: Pick<Circuit, 'state'>): boolean => state === 'open' || state === 'paused';

function open(
  circuit: Circuit,
  { now, mappings }: CircuitObservation,
  reason: string,
  settings: CircuitBreakerSettings,
): Circuit {
  const seconds = doubled(circuit.trips + 1, { base: settings.openSeconds, cap: settings.maximumOpenSeconds });
  return {
    state: 'open',
    since: now,
    reason,
    until: now + seconds * 1000,
    trips: circuit.trips + 1,
    held: hold(circuit.held, mappings),
  };
}

const close = ({ held }: Circuit, now: number): Circuit => ({ state: 'closed', since: now, trips: 0, held });
