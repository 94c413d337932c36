import { breakerOf, type ControlledConsumers } from '../../config/circuit-breaker-settings.ts';
import { MappingMetric } from '../../config/metric-names.ts';
import type { Clock } from '../../time/clock.ts';
import type { MetricRecord } from '../metric-record.ts';
import { type Circuit, look, pause, resume, stops, switches } from './circuit.ts';
import { CircuitConflictError, type CircuitStore, type StoredCircuit } from './circuit-store.ts';
import type { HealthSource } from './health-source.ts';
import { letGo } from './held-mappings.ts';
import type { MappingControl, MappingStatus } from './mapping-control.ts';

export interface ControlServices {
  readonly circuits: CircuitStore;
  readonly health: HealthSource;
  readonly mappings: MappingControl;
  readonly clock: Clock;
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
  readonly mappings: readonly (MappingStatus & {
    /** It does not read, and neither the circuit breaker nor an operator with `pause` is the reason. */
    readonly failing: boolean;
  })[];
  /** Queues that no mapping reads. */
  readonly unmapped: readonly string[];
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
  const names = Object.keys(consumers.queues);
  const [circuits, all] = await Promise.all([services.circuits.read(names), services.mappings.list()]);
  const statuses: ConsumerStatus[] = [];
  const errors: unknown[] = [];
  // One after the other: Lambda takes 15 changes of mappings a second of an account, and deployments need some, too.
  for (const consumer of names) {
    try {
      const stored = circuits.get(consumer) as StoredCircuit;
      const settings = breakerOf(consumer, consumers);
      const mappings = mappingsOf(consumer, consumers, all);
      const now = services.clock.now();
      const health = settings ? await services.health.read(consumer, now - settings.windowSeconds * 1000) : [];
      const intended = look(stored.circuit, { now, health, mappings }, settings);
      const kept = await keep(consumer, stored, intended, services);
      const refused = await follow(intended, mappings, services.mappings);
      // What somebody else was changing already is not ours.
      const circuit = { ...intended, held: letGo(intended.held, refused) };
      await keep(consumer, kept, circuit, services);
      statuses.push(statusOf(consumer, consumers, circuit, mappings));
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
  const mappings = mappingsOf(consumer, consumers, await services.mappings.list());
  const stored = await circuitOf(consumer, services);
  const now = services.clock.now();
  const circuit = action === 'pause' ? pause(now, reason) : resume(now, reason, mappings);
  await keep(consumer, stored, circuit, services);
  await follow(circuit, mappings, services.mappings);
  return statusOf(consumer, consumers, circuit, mappingsOf(consumer, consumers, await services.mappings.list()));
}

/** How a consumer stands; changes nothing. @param consumer @default all @throws UnknownConsumerError */
export async function consumerStatuses(
  consumer: string | undefined,
  consumers: ControlledConsumers,
  services: ControlServices,
): Promise<readonly ConsumerStatus[]> {
  const names = consumer === undefined ? Object.keys(consumers.queues) : [consumer];
  const [circuits, all] = await Promise.all([services.circuits.read(names), services.mappings.list()]);
  return names.map((name) =>
    statusOf(name, consumers, (circuits.get(name) as StoredCircuit).circuit, mappingsOf(name, consumers, all)),
  );
}

/** Metrics of how consumers stand. */
export const statusRecords = (statuses: readonly ConsumerStatus[]): readonly MetricRecord[] =>
  statuses.map(({ consumer, state, mappings, unmapped }) => {
    const values = {
      [MappingMetric.failing]: mappings.filter(({ failing }) => failing).length + unmapped.length,
      [MappingMetric.paused]: stops({ state }) ? 1 : 0,
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
const isFailing = ({ id, state, lastResult = '' }: MappingStatus, circuit: Circuit): boolean =>
  !stops(circuit) && !Object.hasOwn(circuit.held, id) && (state === 'Disabled' || lastResult.startsWith('PROBLEM'));

/** @throws UnknownConsumerError */
function mappingsOf(
  consumer: string,
  { queues }: ControlledConsumers,
  all: readonly MappingStatus[],
): readonly MappingStatus[] {
  if (!Object.hasOwn(queues, consumer)) throw new UnknownConsumerError(consumer, Object.keys(queues));
  return all.filter(({ queue }) => queues[consumer]?.includes(queue));
}

async function circuitOf(consumer: string, { circuits }: ControlServices): Promise<StoredCircuit> {
  return (await circuits.read([consumer])).get(consumer) as StoredCircuit;
}

/**
 * Stores the circuit before anything is switched: whoever finds it switched finds out why.
 * @returns what is stored now
 */
async function keep(
  consumer: string,
  stored: StoredCircuit,
  circuit: Circuit,
  { circuits, log }: ControlServices,
): Promise<StoredCircuit> {
  const { circuit: before, version } = stored;
  if (JSON.stringify(circuit) === JSON.stringify(before)) return stored;
  await circuits.write(consumer, circuit, version);
  if (circuit.state !== before.state)
    log(`${consumer} is ${circuit.state}, was ${before.state}`, {
      consumer,
      reason: circuit.reason,
      until: circuit.until && new Date(circuit.until).toISOString(),
    });
  return { circuit, version: version + 1 };
}

/** @returns the mappings that are on their way by somebody else's hand */
async function follow(
  circuit: Circuit,
  mappings: readonly MappingStatus[],
  control: MappingControl,
): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const { id, to } of switches(circuit, mappings)) if (!(await control.switch(id, to))) refused.push(id);
  return refused;
}

const statusOf = (
  consumer: string,
  { queues }: ControlledConsumers,
  circuit: Circuit,
  mappings: readonly MappingStatus[],
): ConsumerStatus => ({
  consumer,
  state: circuit.state,
  since: circuit.since,
  reason: circuit.reason,
  until: circuit.until,
  mappings: mappings.map((mapping) => ({ ...mapping, failing: isFailing(mapping, circuit) })),
  unmapped: (queues[consumer] ?? []).filter((queue) => !mappings.some((mapping) => mapping.queue === queue)),
});
