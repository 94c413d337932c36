import { describe, expect, it } from '@jest/globals';
import {
  type ControlledConsumers,
  defaultCircuitBreaker,
} from '../../../../lib/platform/config/circuit-breaker-settings.ts';
import { type Circuit, initialCircuit } from '../../../../lib/platform/operations/circuit/circuit.ts';
import { CircuitConflictError, type CircuitStore } from '../../../../lib/platform/operations/circuit/circuit-store.ts';
import {
  type ControlServices,
  consumerStatuses,
  lookAfterConsumers,
  order,
  statusRecords,
} from '../../../../lib/platform/operations/circuit/control-consumers.ts';
import { noteDisabled } from '../../../../lib/platform/operations/circuit/note-disabled.ts';
import type { HealthRecord } from '../../../../lib/platform/runtime/health/health-record.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { MappingsInMemory } from './mappings-in-memory.ts';

const consumers: ControlledConsumers = {
  queues: { a: ['a.0', 'a.1'], b: ['b'] },
  breaker: defaultCircuitBreaker,
  breakers: { b: null },
};

/** Milliseconds. */
const timeForMappings = 30_000;

/** Tables and mappings in memory. */
class World implements ControlServices {
  readonly clock = new VirtualClock();
  readonly stored = new Map<string, { circuit: Circuit; version: number }>();
  readonly reported = new Map<string, HealthRecord[]>();
  readonly mappings = new MappingsInMemory({ a1: 'a.0', a2: 'a.1', b1: 'b', other: 'c' }, this.clock.now);
  readonly logged: string[] = [];
  broken = '';
  /** Called between reading and writing. */
  meanwhile: () => void = () => undefined;

  readonly circuits: CircuitStore = {
    read: async (names) =>
      new Map(names.map((name) => [name, this.stored.get(name) ?? { circuit: initialCircuit, version: 0 }])),
    write: async (consumer, circuit, version) => {
      this.meanwhile();
      if ((this.stored.get(consumer)?.version ?? 0) !== version) throw new CircuitConflictError(consumer);
      this.stored.set(consumer, { circuit, version: version + 1 });
    },
  };
  readonly health = {
    read: async (consumer: string, from: number) => {
      if (consumer === this.broken) throw new Error(`no health of ${consumer}`);
      return (this.reported.get(consumer) ?? []).filter(({ at }) => at >= from);
    },
  };
  readonly log = (message: string) => void this.logged.push(message);

  /** A minute in which so many messages of each consumer succeed and fail. */
  async minute(counts: Readonly<Record<string, readonly [succeeded: number, failed: number]>> = {}) {
    await this.clock.advance(60_000);
    for (const [name, [succeeded, failed]] of Object.entries(counts)) {
      const record = { at: this.clock.now() - 10_000, succeeded, recovered: [], failed: [], failedUnnamed: failed };
      this.reported.set(name, [...(this.reported.get(name) ?? []), record]);
    }
    const statuses = await lookAfterConsumers(consumers, this);
    await noteDisabled(Object.keys(consumers.queues), this, this.clock.now() + timeForMappings);
    return statuses;
  }
}

const tripped = async () => {
  const world = new World();
  await world.minute({ a: [5, 100], b: [0, 100] });
  return world;
};
const values = (records: ReturnType<typeof statusRecords>) =>
  Object.fromEntries(
    records.map(({ dimensions, metrics }) => [dimensions.consumer, Object.values(metrics).map(({ value }) => value)]),
  );

const failingOf = (records: ReturnType<typeof statusRecords>) =>
  Object.fromEntries(records.map(({ dimensions, metrics }) => [dimensions.consumer, metrics.MappingsFailing?.value]));

describe('looking after consumers', () => {
  it('switches all mappings of a consumer whose circuit opens, and no others', async () => {
    const world = new World();
    const statuses = await world.minute({ a: [5, 100] });
    expect(world.mappings.switched).toEqual(['a1 disabled', 'a2 disabled']);
    expect(world.logged).toEqual(['a is open, was closed']);
    expect(values(statusRecords(statuses))).toEqual({ a: [0, 1, 1], b: [0, 0, 0] });
  });

  it('leaves a consumer without breaker alone, however it fares', async () => {
    expect((await tripped()).mappings.state('b1')).toBe('Enabled');
  });

  it('switches them on again when the time has come, and closes when they succeed', async () => {
    const world = await tripped();
    await world.minute();
    await world.minute();
    expect([world.mappings.state('a1'), world.mappings.state('a2')]).toEqual(['Enabled', 'Enabled']);
    await world.minute({ a: [6, 0] });
    expect(world.logged).toEqual(['a is open, was closed', 'a is half-open, was open', 'a is closed, was half-open']);
  });

  it('switches on only what it switched off: what somebody disabled in the console stays so, and is said to fail', async () => {
    const world = new World();
    world.mappings.set('a2', { state: 'Disabled' });
    await world.minute({ a: [5, 100] });
    await world.minute();
    await world.minute();
    const statuses = await world.minute();
    expect(world.mappings.switched).toEqual(['a1 disabled', 'a1 enabled']);
    expect(failingOf(statusRecords(statuses))).toEqual({ a: 1, b: 0 });
  });

  it('lets a mapping stay disabled that a person disabled in the moment in which the circuit opened', async () => {
    const world = new World();
    world.meanwhile = () => world.mappings.set('a1', { state: 'Disabling' });
    await world.minute({ a: [5, 100] });
    world.meanwhile = () => undefined;
    world.mappings.set('a1', { state: 'Disabled' });
    for (let minutes = 0; minutes < 3; minutes++) await world.minute();
    expect(world.mappings.switched).toEqual(['a2 disabled', 'a2 enabled']);
  });

  it('lets a mapping stay disabled that a person enabled and disabled again before the next look', async () => {
    const world = new World();
    world.mappings.isSlow = true;
    const look = world.minute({ a: [5, 100] });
    await world.clock.advance(70_000);
    const byHand = (id: string) => {
      world.mappings.set(id, { state: 'Enabled' });
      world.mappings.set(id, { state: 'Disabled' });
    };
    world.mappings.set('a1', { state: 'Disabled' });
    await world.clock.advance(5000);
    // While the other is still on its way, and after that.
    byHand('a1');
    world.mappings.set('a2', { state: 'Disabled' });
    await world.clock.advance(5000);
    await look;
    byHand('a2');
    for (let minutes = 0; minutes < 3; minutes++) await world.minute();
    expect(world.mappings.switched).toEqual(['a1 disabled', 'a2 disabled']);
  });

  it('waits for mappings to be disabled no longer than it has time for', async () => {
    const world = new World();
    world.mappings.isSlow = true;
    const look = world.minute({ a: [5, 100] });
    await world.clock.advance(60_000 + timeForMappings);
    await look;
    expect(world.clock.waiting).toBe(0);
    expect(world.stored.get('a')?.circuit.held).toEqual({ a1: {}, a2: {} });
  });

  it('gives way to an operator who acts while it waits for mappings to be disabled', async () => {
    const world = new World();
    world.mappings.isSlow = true;
    const look = world.minute({ a: [5, 100] });
    await world.clock.advance(60_000);
    await order({ action: 'pause', consumer: 'a', reason: '' }, consumers, world);
    for (const id of ['a1', 'a2']) world.mappings.set(id, { state: 'Disabled' });
    await world.clock.advance(5000);
    await look;
    expect(world.stored.get('a')?.circuit.state).toBe('paused');
  });

  it('switches nothing that somebody else has disabled, but says that it fails', async () => {
    const world = new World();
    world.mappings.set('b1', { state: 'Disabled' });
    const statuses = await world.minute();
    expect(world.mappings.switched).toEqual([]);
    expect(values(statusRecords(statuses))).toEqual({ a: [0, 0, 0], b: [1, 0, 0] });
  });

  it('says of a queue that no mapping reads that it fails', async () => {
    const world = new World();
    world.mappings.remove('a2');
    const statuses = await world.minute();
    expect(statuses[0]).toMatchObject({ consumer: 'a', unmapped: ['a.1'] });
    expect(failingOf(statusRecords(statuses))).toEqual({ a: 1, b: 0 });
  });

  it('writes nothing where nothing has changed', async () => {
    const world = new World();
    await world.minute({ a: [1, 0] });
    await world.minute({ a: [1, 3] });
    expect(world.stored.size).toBe(0);
  });

  it('gives way to an operator who acts at the same moment', async () => {
    const world = new World();
    world.meanwhile = () => world.stored.set('a', { circuit: initialCircuit, version: 7 });
    await world.minute({ a: [5, 100] });
    expect(world.mappings.switched).toEqual([]);
    expect(world.logged).toEqual(['the circuit of a was changed by somebody else at the same moment; try again']);
  });

  it('does the others before it says that one could not be looked after', async () => {
    const world = new World();
    world.broken = 'a';
    await order({ action: 'pause', consumer: 'b', reason: '' }, consumers, world);
    world.mappings.set('b1', { state: 'Enabled' });
    await expect(world.minute()).rejects.toThrow('1 of 2 consumers could not be looked after: Error: no health of a');
    expect(world.mappings.state('b1')).toBe('Disabled');
  });
});

describe('an order', () => {
  it('takes effect at once and holds', async () => {
    const world = new World();
    const paused = await order({ action: 'pause', consumer: 'a', reason: 'because' }, consumers, world);
    expect(paused).toMatchObject({ state: 'paused', reason: 'because', mappings: [{ state: 'Disabled' }, {}] });
    await world.minute();
    expect(await consumerStatuses('a', consumers, world)).toMatchObject([{ state: 'paused' }]);
    await order({ action: 'resume', consumer: 'a', reason: 'done' }, consumers, world);
    expect([world.mappings.state('a1'), world.mappings.state('a2')]).toEqual(['Enabled', 'Enabled']);
  });

  it('to resume switches on what Lambda has disabled', async () => {
    const world = new World();
    world.mappings.set('b1', { state: 'Disabled', reason: 'EVENT_SOURCE_AUTHN_ERROR' });
    await order({ action: 'resume', consumer: 'b', reason: 'mended' }, consumers, world);
    expect(world.mappings.state('b1')).toBe('Enabled');
  });

  it.each(['toString', 'c'])('for a consumer that there is not, %s, says which there are', async (consumer) => {
    const refused = order({ action: 'pause', consumer, reason: '' }, consumers, new World());
    await expect(refused).rejects.toThrow(`there is no consumer ${consumer}; known are a, b`);
  });

  it('for the status of all consumers tells of each', async () => {
    const statuses = await consumerStatuses(undefined, consumers, new World());
    expect(statuses.map(({ consumer, mappings }) => [consumer, mappings.length])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });
});
