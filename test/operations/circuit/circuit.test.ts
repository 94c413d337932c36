import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CircuitBreakerSettings, defaultCircuitBreaker } from '../../../lib/config/circuit-breaker-settings.ts';
import { type Circuit, initialCircuit, look, pause, resume, wanted } from '../../../lib/operations/circuit/circuit.ts';

const minute = 60_000;
const settings: CircuitBreakerSettings = { ...defaultCircuitBreaker, minimumAttempts: 10, failureRate: 0.5 };

/** A consumer under the eye of its breaker, once a minute; the mapping does what it is told. */
class World {
  now = 0;
  counters = { succeeded: 0, failed: 0 };
  circuit: Circuit = initialCircuit(0);
  enabled = true;
  settings: CircuitBreakerSettings | undefined;

  constructor(given: CircuitBreakerSettings | 'none' = settings) {
    this.settings = given === 'none' ? undefined : given;
    this.look();
  }

  /** A minute with these attempts, which do not happen while the mapping is off. */
  minute(succeeded: number, failed: number, length = minute): this {
    this.now += length;
    if (this.enabled)
      this.counters = { succeeded: this.counters.succeeded + succeeded, failed: this.counters.failed + failed };
    return this.look();
  }

  order(circuit: Circuit): this {
    this.circuit = circuit;
    return this.follow();
  }

  look(): this {
    const { now, counters, enabled } = this;
    this.circuit = look(this.circuit, { now, counters, enabled }, this.settings);
    return this.follow();
  }

  follow(): this {
    const to = wanted(this.circuit);
    if (to) this.enabled = to === 'enabled';
    return this;
  }
}

const tripped = () => new World().minute(1, 20);

describe('a circuit', () => {
  it('opens when too many of enough attempts fail, and takes the messages away', () => {
    expect(new World().minute(10, 9)).toMatchObject({ circuit: { state: 'closed' }, enabled: true });
    expect(new World().minute(0, 9)).toMatchObject({ circuit: { state: 'closed' }, enabled: true });
    expect(tripped()).toMatchObject({
      circuit: { state: 'open', reason: '20 of 21 attempts failed', until: minute + 120_000 },
      enabled: false,
    });
  });

  it('adds up what fails slowly, within the window', () => {
    const world = new World();
    for (let i = 0; i < 4; i++) world.minute(0, 2);
    expect(world.circuit.state).toBe('closed');
    expect(world.minute(0, 2).circuit.state).toBe('open');
  });

  it('forgets what is older than the window', () => {
    const world = new World().minute(0, 9).minute(0, 0, 10 * minute);
    expect(world.minute(0, 9).circuit.state).toBe('closed');
    expect(world.minute(0, 1).circuit.state).toBe('open');
  });

  it('lets messages through again when its time is up, and closes when they succeed', () => {
    const world = tripped().minute(0, 0);
    expect(world).toMatchObject({ circuit: { state: 'open' }, enabled: false });
    expect(world.minute(0, 0)).toMatchObject({ circuit: { state: 'half-open' }, enabled: true });
    expect(world.minute(0, 0)).toMatchObject({ circuit: { state: 'half-open' }, enabled: true });
    expect(world.minute(1, 0)).toMatchObject({ circuit: { state: 'closed', trips: 0 }, enabled: true });
  });

  it('opens again for longer each time that they fail again, up to the maximum', () => {
    const world = tripped();
    const lengths: number[] = [];
    for (let i = 0; i < 7; i++) {
      const { since, until = 0 } = world.circuit;
      lengths.push((until - since) / 1000);
      while (world.circuit.state === 'open') world.minute(0, 0);
      world.minute(0, 1);
      expect(world.circuit.state).toBe('open');
    }
    expect(lengths).toEqual([120, 240, 480, 960, 1800, 1800, 1800]);
  });

  it('pays no heed to what ends after it has opened', () => {
    const world = tripped();
    world.counters = { succeeded: 1, failed: 500 };
    world.minute(0, 0).minute(0, 0);
    expect(world.circuit.state).toBe('half-open');
    expect(world.minute(1, 0).circuit.state).toBe('closed');
  });

  it('tries to switch the mapping on until it reads', () => {
    const world = tripped().minute(0, 0).minute(0, 0);
    world.enabled = false;
    world.circuit = look(world.circuit, { ...world, now: world.now + minute }, settings);
    expect(wanted(world.circuit)).toBe('enabled');
    world.follow().minute(0, 0);
    expect(wanted(world.circuit)).toBeUndefined();
  });

  it('leaves a mapping alone that somebody else has disabled', () => {
    const world = new World();
    world.enabled = false;
    expect(wanted(world.minute(0, 0).circuit)).toBeUndefined();
  });

  it('is void where the counters have begun anew', () => {
    const world = new World().minute(1000, 5);
    world.counters = { succeeded: 0, failed: 12 };
    expect(world.minute(0, 0).circuit.state).toBe('closed');
  });

  it('opens and closes nothing without settings, and lets go of what an earlier deployment had opened', () => {
    const world = new World('none');
    world.minute(0, 1000);
    expect(world).toMatchObject({ circuit: { state: 'closed' }, enabled: true });
    const left = tripped();
    left.settings = undefined;
    expect(left.minute(0, 0)).toMatchObject({ circuit: { state: 'closed' }, enabled: true });
  });
});

describe('an operator', () => {
  it('pauses a consumer for as long as he likes', () => {
    const world = new World().order(pause(0, 'maintenance'));
    for (let i = 0; i < 100; i++) world.minute(5, 5, 60 * minute);
    expect(world).toMatchObject({ circuit: { state: 'paused', reason: 'maintenance' }, enabled: false });
  });

  it('resumes it, whatever had stopped it; what failed before no longer counts', () => {
    for (const world of [tripped(), new World().order(pause(0, ''))]) {
      world.order(resume(world.now, 'mended')).minute(0, 9);
      expect(world).toMatchObject({ circuit: { state: 'closed' }, enabled: true });
    }
  });
});

describe('whatever happens', () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('minute'), succeeded: fc.nat(30), failed: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('pause', 'resume', 'gap') }) },
  );
  const run = (check: (world: World, before: World) => void) =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = new World();
        for (const each of steps) {
          const before = Object.assign(Object.create(World.prototype) as World, world);
          if ('succeeded' in each) world.minute(each.succeeded, each.failed);
          else if (each.kind === 'gap') world.minute(0, 0, 90 * minute);
          else world.order((each.kind === 'pause' ? pause : resume)(world.now, 'by hand'));
          check(world, before);
        }
      }),
    );

  it('the mapping reads exactly when the circuit says so', () => {
    run(({ circuit, enabled }) => expect(enabled).toBe(circuit.state === 'closed' || circuit.state === 'half-open'));
  });

  it('an open circuit has its reason and its end, which is not later than allowed', () => {
    run(({ circuit }) => {
      if (circuit.state !== 'open') return;
      const { since, until = Number.NaN } = circuit;
      expect(circuit.reason).toMatch(/^\d+ of \d+ attempts failed$/);
      expect(until - since).toBeGreaterThanOrEqual(settings.openSeconds * 1000);
      expect(until - since).toBeLessThanOrEqual(settings.maximumOpenSeconds * 1000);
    });
  });

  it('it goes only where it may: closed to open, open to half-open, half-open to either, and by hand', () => {
    const may: Record<Circuit['state'], readonly Circuit['state'][]> = {
      closed: ['closed', 'open', 'paused'],
      open: ['open', 'half-open', 'paused', 'closed'],
      'half-open': ['half-open', 'open', 'closed', 'paused'],
      paused: ['paused', 'closed'],
    };
    run((world, before) => {
      expect(may[before.circuit.state]).toContain(world.circuit.state);
      // Out of "open" into "closed" only by hand.
      if (before.circuit.state === 'open' && world.circuit.state === 'closed')
        expect(world.circuit.reason).toBe('by hand');
    });
  });

  it('it keeps no more than the window needs', () => {
    run(({ circuit }) => expect(circuit.samples.length).toBeLessThanOrEqual(settings.windowSeconds / 60 + 2));
  });
});
