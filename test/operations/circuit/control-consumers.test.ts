import { describe, expect, it } from '@jest/globals';
import { type ControlledConsumers, defaultCircuitBreaker } from '../../../lib/config/circuit-breaker-settings.ts';
import { type AttemptCounters, type Circuit, initialCircuit } from '../../../lib/operations/circuit/circuit.ts';
import { CircuitConflictError, type CircuitStore } from '../../../lib/operations/circuit/circuit-store.ts';
import {
  type ControlServices,
  consumerStatus,
  lookAfterConsumers,
  order,
  statusRecords,
} from '../../../lib/operations/circuit/control-consumers.ts';

/** Tables and mappings in memory; mappings do at once what they are told. */
class World implements ControlServices {
  now = () => this.time;
  time = 0;
  readonly stored = new Map<string, { circuit: Circuit; version: number }>();
  readonly counted = new Map<string, AttemptCounters>();
  readonly states: Record<string, string> = { a1: 'Enabled', a2: 'Enabled', b1: 'Enabled' };
  readonly reasons: Record<string, string> = {};
  readonly switched: string[] = [];
  readonly logged: string[] = [];
  broken = '';
  /** Called between reading and writing. */
  meanwhile: () => void = () => undefined;

  readonly circuits: CircuitStore = {
    read: async (consumers, now) =>
      new Map(consumers.map((name) => [name, this.stored.get(name) ?? { circuit: initialCircuit(now), version: 0 }])),
    write: async (consumer, circuit, version) => {
      this.meanwhile();
      if ((this.stored.get(consumer)?.version ?? 0) !== version) throw new CircuitConflictError(consumer);
      this.stored.set(consumer, { circuit, version: version + 1 });
    },
  };
  readonly health = {
    counters: async (consumers: readonly string[]) =>
      new Map(consumers.map((name) => [name, this.counted.get(name) ?? { succeeded: 0, failed: 0 }])),
  };
  readonly mappings = {
    status: async (id: string) => {
      if (id === this.broken) throw new Error(`no mapping ${id}`);
      return { id, state: this.states[id] ?? '', reason: this.reasons[id] };
    },
    switch: async (id: string, to: 'enabled' | 'disabled') => {
      this.switched.push(`${id} ${to}`);
      this.states[id] = to === 'enabled' ? 'Enabled' : 'Disabled';
    },
  };
  readonly log = (message: string) => void this.logged.push(message);

  async minute(counted: Record<string, AttemptCounters> = {}) {
    this.time += 60_000;
    for (const [name, counters] of Object.entries(counted)) this.counted.set(name, counters);
    return lookAfterConsumers(consumers, this);
  }
}

const consumers: ControlledConsumers = {
  mappings: { a: ['a1', 'a2'], b: ['b1'] },
  breaker: defaultCircuitBreaker,
  breakers: { b: null },
};
const failing = { succeeded: 0, failed: 100 };
const tripped = async () => {
  const world = new World();
  await world.minute({ a: { succeeded: 5, failed: 0 } });
  await world.minute({ a: failing, b: failing });
  return world;
};
const values = (records: ReturnType<typeof statusRecords>) =>
  Object.fromEntries(
    records.map(({ dimensions, metrics }) => [dimensions.consumer, Object.values(metrics).map(({ value }) => value)]),
  );

describe('looking after consumers', () => {
  it('switches all mappings of a consumer whose circuit opens, and no others', async () => {
    const world = new World();
    await world.minute({ a: { succeeded: 5, failed: 0 } });
    const statuses = await world.minute({ a: { succeeded: 5, failed: 100 } });
    expect(world.switched).toEqual(['a1 disabled', 'a2 disabled']);
    expect(world.logged).toEqual(['a is open, was closed']);
    expect(values(statusRecords(statuses))).toEqual({ a: [0, 1, 1], b: [0, 0, 0] });
  });

  it('leaves a consumer without breaker alone, however it fares', async () => {
    expect((await tripped()).states.b1).toBe('Enabled');
  });

  it('switches them on again when the time has come, and tells when they all read', async () => {
    const world = new World();
    await world.minute({ a: { succeeded: 5, failed: 0 } });
    await world.minute({ a: { succeeded: 5, failed: 100 } });
    await world.minute();
    await world.minute();
    expect(world.states).toMatchObject({ a1: 'Enabled', a2: 'Enabled' });
    await world.minute({ a: { succeeded: 6, failed: 100 } });
    expect(world.logged).toEqual(['a is open, was closed', 'a is half-open, was open', 'a is closed, was half-open']);
  });

  it('switches nothing that somebody else has disabled, but says that it fails', async () => {
    const world = new World();
    world.states.b1 = 'Disabled';
    const statuses = await world.minute();
    expect(world.switched).toEqual([]);
    expect(values(statusRecords(statuses))).toEqual({ a: [0, 0, 0], b: [1, 0, 0] });
  });

  it('writes nothing where nothing has changed', async () => {
    const world = new World();
    await world.minute({ a: { succeeded: 1, failed: 0 } });
    const { version } = world.stored.get('a') ?? {};
    await world.minute();
    await world.minute();
    expect(world.stored.get('a')?.version).toBe(version);
    expect(world.stored.has('b')).toBe(false);
  });

  it('gives way to an operator who acts at the same moment', async () => {
    const world = new World();
    await world.minute({ a: { succeeded: 5, failed: 0 } });
    world.meanwhile = () => {
      const { circuit, version } = world.stored.get('a') ?? { circuit: initialCircuit(0), version: 0 };
      world.stored.set('a', { circuit, version: version + 1 });
    };
    await world.minute({ a: { succeeded: 5, failed: 100 } });
    expect(world.switched).toEqual([]);
    expect(world.logged).toEqual(['the circuit of a was changed by somebody else at the same moment; try again']);
  });

  it('does the others before it says that one could not be looked after', async () => {
    const world = new World();
    world.states.b1 = 'Enabled';
    world.broken = 'a1';
    await order({ action: 'pause', consumer: 'b', reason: '' }, consumers, world);
    world.states.b1 = 'Enabled';
    await expect(world.minute()).rejects.toThrow('1 of 2 consumers could not be looked after: Error: no mapping a1');
    expect(world.states.b1).toBe('Disabled');
  });
});

describe('an order', () => {
  it('takes effect at once and holds', async () => {
    const world = new World();
    const paused = await order({ action: 'pause', consumer: 'a', reason: 'because' }, consumers, world);
    expect(paused).toMatchObject({ state: 'paused', reason: 'because', mappings: [{ state: 'Disabled' }, {}] });
    await world.minute();
    expect(await consumerStatus('a', consumers, world)).toMatchObject({ state: 'paused' });
    await order({ action: 'resume', consumer: 'a', reason: 'done' }, consumers, world);
    expect(world.states).toMatchObject({ a1: 'Enabled', a2: 'Enabled' });
  });

  it('to resume switches on what Lambda has disabled', async () => {
    const world = new World();
    world.states.b1 = 'Disabled';
    await order({ action: 'resume', consumer: 'b', reason: 'mended' }, consumers, world);
    expect(world.states.b1).toBe('Enabled');
  });

  it.each(['toString', 'c'])('for a consumer that there is not, %s, says which there are', async (consumer) => {
    const refused = order({ action: 'pause', consumer, reason: '' }, consumers, new World());
    await expect(refused).rejects.toThrow(`there is no consumer ${consumer}; known are a, b`);
  });
});
