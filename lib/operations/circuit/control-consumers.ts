import { breakerOf, type ControlledConsumers } from '../../config/circuit-breaker-settings.ts';
import { MappingMetric } from '../../config/metric-names.ts';
import type { MetricRecord } from '../metric-record.ts';
import { type Circuit, look, pause, resume, wanted } from './circuit.ts';
import { CircuitConflictError, type CircuitStore, type StoredCircuit } from './circuit-store.ts';
import type { HealthSource } from './health-source.ts';
import type { MappingControl, MappingStatus } from './mapping-control.ts';

export interface ControlServices {
  readonly circuits: CircuitStore;
  readonly health: HealthSource;
  readonly mappings: MappingControl;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of everything that people would want to find in a log. */
  readonly log: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

/** How a consumer stands. */
export interface ConsumerStatus {
  readonly consumer: string;
  readonly state: Circuit['state'];
  readonly since: number;
  readonly reason?: string;
  readonly until?: number;
  /** The mappings are being made to follow the state. */
  readonly switching: boolean;
  readonly mappings: readonly MappingStatus[];
}

/** There is no consumer of that name. */
export class UnknownConsumerError extends Error {
  override readonly name = 'UnknownConsumerError';

  constructor(asked: string, known: readonly string[]) {
    super(`there is no consumer ${asked}; known are ${known.join(', ')}`);
  }
}

/** Something could not be looked at or switched; the other consumers have been. */
export class ControlError extends AggregateError {
  override readonly name = 'ControlError';
}

/**
 * Looks after all consumers: opens and closes circuits, makes the mappings follow, and says how they stand.
 * @throws ControlError when a consumer could not be looked after, after all others have been
 */
export async function lookAfterConsumers(
  consumers: ControlledConsumers,
  services: ControlServices,
): Promise<readonly ConsumerStatus[]> {
  const names = Object.keys(consumers.mappings);
  const [circuits, health] = await Promise.all([
    services.circuits.read(names, services.now()),
    services.health.counters(names),
  ]);
  const statuses: ConsumerStatus[] = [];
  const errors: unknown[] = [];
  // One after the other: Lambda takes 15 such requests a second of an account, and deployments need some, too.
  for (const [consumer, ids] of Object.entries(consumers.mappings)) {
    try {
      const stored = circuits.get(consumer) as StoredCircuit;
      const mappings = await statusesOf(ids, services.mappings);
      const circuit = look(
        stored.circuit,
        {
          now: services.now(),
          counters: health.get(consumer) ?? { succeeded: 0, failed: 0 },
          enabled: mappings.every(({ state }) => state === 'Enabled'),
        },
        breakerOf(consumer, consumers),
      );
      await keep(consumer, stored, circuit, services);
      await follow(circuit, mappings, services.mappings);
      statuses.push(statusOf(consumer, circuit, mappings));
    } catch (error) {
      // Somebody paused or resumed it this very moment, and switched its mappings.
      if (error instanceof CircuitConflictError) services.log(error.message, { consumer });
      else errors.push(error);
    }
  }
  if (errors.length > 0)
    throw new ControlError(
      errors,
      `${errors.length} of ${names.length} consumers could not be looked after: ${errors.map(String).join('; ')}`,
    );
  return statuses;
}

/**
 * Pauses or resumes a consumer at once, whatever its circuit breaker says.
 * @throws UnknownConsumerError, CircuitConflictError
 */
export async function order(
  { action, consumer, reason }: { action: 'pause' | 'resume'; consumer: string; reason: string },
  consumers: ControlledConsumers,
  services: ControlServices,
): Promise<ConsumerStatus> {
  const ids = mappingsOf(consumer, consumers);
  const stored = await circuitOf(consumer, services);
  const circuit = (action === 'pause' ? pause : resume)(services.now(), reason);
  await keep(consumer, stored, circuit, services);
  await follow(circuit, await statusesOf(ids, services.mappings), services.mappings);
  return statusOf(consumer, circuit, await statusesOf(ids, services.mappings));
}

/** How a consumer stands; changes nothing. @throws UnknownConsumerError */
export async function consumerStatus(
  consumer: string,
  consumers: ControlledConsumers,
  services: ControlServices,
): Promise<ConsumerStatus> {
  const mappings = await statusesOf(mappingsOf(consumer, consumers), services.mappings);
  return statusOf(consumer, (await circuitOf(consumer, services)).circuit, mappings);
}

/** Metrics of how consumers stand. */
export const statusRecords = (statuses: readonly ConsumerStatus[]): readonly MetricRecord[] =>
  statuses.map(({ consumer, state, switching, mappings }) => {
    const kept = state === 'open' || state === 'paused';
    const values = {
      [MappingMetric.failing]: switching ? 0 : mappings.filter(isFailing).length,
      [MappingMetric.paused]: kept ? 1 : 0,
      [MappingMetric.circuitOpen]: state === 'open' ? 1 : 0,
    };
    return {
      dimensions: { consumer },
      metrics: Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, { unit: 'Count' as const, value }]),
      ),
    };
  });

/** Not one that is on its way. `PROBLEM` is how the last result of a mapping that cannot reach its broker begins. */
const isFailing = ({ state, lastResult = '' }: MappingStatus): boolean =>
  state === 'Disabled' || lastResult.startsWith('PROBLEM');

function mappingsOf(consumer: string, { mappings }: ControlledConsumers): readonly string[] {
  if (!Object.hasOwn(mappings, consumer)) throw new UnknownConsumerError(consumer, Object.keys(mappings));
  return mappings[consumer] ?? [];
}

async function circuitOf(consumer: string, { circuits, now }: ControlServices): Promise<StoredCircuit> {
  return (await circuits.read([consumer], now())).get(consumer) as StoredCircuit;
}

async function statusesOf(ids: readonly string[], control: MappingControl): Promise<MappingStatus[]> {
  const statuses = [];
  for (const id of ids) statuses.push(await control.status(id));
  return statuses;
}

/** Stores the circuit before anything is switched: whoever finds it switched finds out why. */
async function keep(
  consumer: string,
  { circuit: before, version }: StoredCircuit,
  circuit: Circuit,
  { circuits, log }: ControlServices,
): Promise<void> {
  const isNew = version === 0 && circuit.state === 'closed' && circuit.samples.length === 0;
  if (isNew || JSON.stringify(circuit) === JSON.stringify(before)) return;
  await circuits.write(consumer, circuit, version);
  if (circuit.state !== before.state)
    log(`${consumer} is ${circuit.state}, was ${before.state}`, {
      consumer,
      reason: circuit.reason,
      until: circuit.until && new Date(circuit.until).toISOString(),
    });
}

async function follow(circuit: Circuit, mappings: readonly MappingStatus[], control: MappingControl): Promise<void> {
  const to = wanted(circuit);
  if (!to) return;
  const reached = to === 'enabled' ? ['Enabled', 'Enabling'] : ['Disabled', 'Disabling'];
  for (const { id, state } of mappings) if (!reached.includes(state)) await control.switch(id, to);
}

const statusOf = (consumer: string, circuit: Circuit, mappings: readonly MappingStatus[]): ConsumerStatus => ({
  consumer,
  state: circuit.state,
  since: circuit.since,
  reason: circuit.reason,
  until: circuit.until,
  switching: wanted(circuit) !== undefined,
  mappings,
});
