import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type CircuitBreakerSettings,
  defaultCircuitBreaker,
} from '../../../../lib/platform/config/circuit-breaker-settings.ts';
import {
  type Circuit,
  initialCircuit,
  look,
  pause,
  resume,
  stops,
  switches,
} from '../../../../lib/platform/operations/circuit/circuit.ts';
import { type HealthRecord, recordStart } from '../../../../lib/platform/runtime/health/health-record.ts';
import { MappingsInMemory } from './mappings-in-memory.ts';

const minute = 60_000;
const settings: CircuitBreakerSettings = {
  ...defaultCircuitBreaker,
  minimumMessages: 10,
  trialMessages: 3,
  failureRate: 0.5,
};

/** A consumer under the eye of its breaker, once a minute; the mapping does what it is told. */
class World {
  now = 0;
  readonly health: HealthRecord[] = [];
  circuit: Circuit = initialCircuit;
  readonly mappings = new MappingsInMemory({ m: 'q' }, () => this.now);
  settings: CircuitBreakerSettings | undefined;
  disabledByHand = false;
  #messages = 0;

  constructor(given: CircuitBreakerSettings | 'none' = settings) {
    this.settings = given === 'none' ? undefined : given;
    this.look();
  }

  get enabled(): boolean {
    return this.mappings.state('m') === 'Enabled';
  }

  /** A minute with so many new messages, which do not come while the mapping is off. */
  minute(succeeded: number, failed: number, length = minute): this {
    const names = Array.from({ length: failed }, () => `message ${this.#messages++}`);
    return this.minuteWith(succeeded, names, length);
  }

  minuteWith(succeeded: number, failed: readonly string[], length = minute): this {
    this.now += length;
    if (this.enabled) this.report(succeeded, failed, this.now - 10_000);
    return this.look();
  }

  report(succeeded: number, failed: readonly string[], at = this.now, recovered: readonly string[] = []): void {
    this.health.push({ at: recordStart(at), succeeded, recovered, failed, failedUnnamed: 0 });
  }

  order(circuit: Circuit): this {
    this.circuit = circuit;
    return this.follow();
  }

  look(): this {
    this.circuit = look(
      this.circuit,
      { now: this.now, health: this.health, mappings: this.mappings.all },
      this.settings,
    );
    return this.follow();
  }

  follow(): this {
    for (const { id, to } of switches(this.circuit, this.mappings.all)) this.mappings.follow(id, to);
    return this;
  }

  /** Somebody disables the mapping. Not before the breaker has seen what became of its own last change. */
  console(): void {
    this.minute(0, 0, 1000);
    this.mappings.set('m', { state: 'Disabled' });
    this.disabledByHand = true;
  }

  resume(): void {
    this.order(resume(this.now, 'by hand', this.mappings.all));
    this.disabledByHand = false;
  }

  /** Until its circuit lets messages through again. */
  untilTrial(): this {
    while (this.circuit.state === 'open') this.minute(0, 0);
    return this;
  }
}

const tripped = () => new World().minute(1, 20);

describe('a circuit', () => {
  it('opens when too many of enough messages fail, and takes the others away', () => {
    expect(new World().minute(10, 9)).toMatchObject({ circuit: { state: 'closed' }, enabled: true });
    expect(new World().minute(0, 9)).toMatchObject({ circuit: { state: 'closed' }, enabled: true });
    expect(tripped()).toMatchObject({
      circuit: { state: 'open', reason: '20 of 21 messages failed', until: minute + 120_000 },
      enabled: false,
    });
  });

  it('adds up what fails slowly, within the window', () => {
    const world = new World();
    for (let i = 0; i < 4; i++) world.minute(0, 2);
    expect(world.circuit.state).toBe('closed');
    expect(world.minute(0, 2).circuit.state).toBe('open');
  });

  it('does not pause a quiet consumer for two messages, however often they fail and are replayed', () => {
    const world = new World();
    for (let i = 0; i < 60; i++) world.minuteWith(0, ['a', 'b']);
    expect(world).toMatchObject({ circuit: { state: 'closed' }, enabled: true });
  });

  it('forgets what is older than the window', () => {
    const world = new World().minute(0, 9).minute(0, 0, 10 * minute);
    expect(world.minute(0, 9).circuit.state).toBe('closed');
    expect(world.minute(0, 1).circuit.state).toBe('open');
  });

  it('lets messages through again when its time is up, and closes when several succeed', () => {
    const world = tripped().minute(0, 0);
    expect(world).toMatchObject({ circuit: { state: 'open' }, enabled: false });
    expect(world.minute(0, 0)).toMatchObject({ circuit: { state: 'half-open' }, enabled: true });
    expect(world.minute(2, 0)).toMatchObject({ circuit: { state: 'half-open' }, enabled: true });
    expect(world.minute(1, 0)).toMatchObject({ circuit: { state: 'closed', trips: 0 }, enabled: true });
  });

  it('does not open again for a single message that fails on trial, nor close for a single one that succeeds', () => {
    expect(tripped().untilTrial().minute(0, 1).circuit.state).toBe('half-open');
    expect(tripped().untilTrial().minute(1, 0).circuit.state).toBe('half-open');
    expect(tripped().untilTrial().minuteWith(0, ['a']).minuteWith(0, ['a']).minuteWith(0, ['a']).circuit.state).toBe(
      'half-open',
    );
  });

  it('does not open again for a message that fails on trial and then succeeds: it counts once', () => {
    const world = tripped();
    world.settings = { ...settings, trialMessages: 2 };
    world.untilTrial().minuteWith(0, ['a']);
    world.report(0, [], world.now, ['a']);
    expect(world.minute(0, 0).circuit.state).toBe('half-open');
    expect(world.minute(1, 0).circuit.state).toBe('closed');
  });

  it('closes after a window on trial in which the few messages that came succeeded', () => {
    const world = tripped().untilTrial();
    for (let i = 0; i < 4; i++) expect(world.minute(i % 2, 0).circuit.state).toBe('half-open');
    expect(world.minute(0, 0).circuit.state).toBe('closed');
  });

  it('stays on trial for as long as no message comes', () => {
    const world = tripped().untilTrial();
    for (let i = 0; i < 30; i++) world.minute(0, 0);
    expect(world).toMatchObject({ circuit: { state: 'half-open', trips: 1 }, enabled: true });
  });

  it('opens again for longer each time that they fail again, up to the maximum', () => {
    const world = tripped();
    const lengths: number[] = [];
    for (let i = 0; i < 7; i++) {
      const { since, until = 0 } = world.circuit;
      lengths.push((until - since) / 1000);
      world.untilTrial().minute(0, 3);
      expect(world.circuit.state).toBe('open');
    }
    expect(lengths).toEqual([120, 240, 480, 960, 1800, 1800, 1800]);
  });

  it('pays no heed to what ends after it has opened', () => {
    const world = tripped();
    world.report(0, ['late', 'later', 'latest']);
    expect(world.untilTrial().circuit.state).toBe('half-open');
    expect(world.minute(3, 0).circuit.state).toBe('closed');
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

describe('a mapping that somebody else disabled', () => {
  it('stays disabled while the circuit is closed', () => {
    const world = new World();
    world.mappings.set('m', { state: 'Disabled' });
    expect(world.minute(0, 0).mappings.switched).toEqual([]);
  });

  it('stays disabled when the circuit opens and lets messages through again', () => {
    const world = new World();
    world.mappings.set('other', { queue: 'q.1', state: 'Enabled' });
    world.mappings.set('m', { state: 'Disabled' });
    world.now += minute;
    world.report(0, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'], world.now - 10_000);
    expect(world.look().circuit.state).toBe('open');
    world.untilTrial().minute(0, 0);
    expect(world.mappings.switched).toEqual(['other disabled', 'other enabled']);
    expect(world.enabled).toBe(false);
  });

  it('stays disabled where that happened while the circuit was open', () => {
    const world = tripped().minute(0, 0);
    world.mappings.set('m', { state: 'Disabled' });
    expect(world.untilTrial()).toMatchObject({ circuit: { state: 'half-open', held: {} }, enabled: false });
  });

  it('stays disabled where Lambda did, for an error, before the circuit could', () => {
    const world = tripped();
    world.mappings.set('m', { state: 'Disabled', reason: 'EVENT_SOURCE_AUTHN_ERROR' });
    expect(world.untilTrial().enabled).toBe(false);
  });

  it('stays disabled where that happened after the circuit had enabled it', () => {
    const world = tripped().untilTrial();
    world.mappings.set('m', { state: 'Disabled' });
    expect(world.minute(0, 0).minute(0, 0).enabled).toBe(false);
  });
});

describe('a mapping that the circuit disabled', () => {
  it('is asked again where Lambda was busy, until it reads', () => {
    const world = tripped().minute(0, 0);
    const [disabled] = world.mappings.all;
    world.now += minute;
    world.circuit = look(world.circuit, { now: world.now, health: [], mappings: world.mappings.all }, settings);
    expect(world.circuit.state).toBe('half-open');
    // Nothing came of it.
    expect(world.mappings.all).toEqual([disabled]);
    expect(world.minute(0, 0).enabled).toBe(true);
    expect(world.minute(0, 0).circuit.held).toEqual({});
  });

  it('waits for the next look while it is on its way', () => {
    const world = tripped();
    world.mappings.set('m', { state: 'Disabling' });
    for (let i = 0; i < 5; i++) world.minute(0, 0);
    expect(world.mappings.switched).toEqual(['m disabled']);
    world.mappings.set('m', { state: 'Disabled' });
    expect(world.minute(0, 0).enabled).toBe(true);
  });

  it('is disabled again, and is still its own, where somebody enables it meanwhile', () => {
    const world = tripped().minute(0, 0, 1000);
    world.mappings.set('m', { state: 'Enabled' });
    expect(world.minute(0, 0, 1000).enabled).toBe(false);
    expect(world.untilTrial().enabled).toBe(true);
  });
});

describe('an operator', () => {
  it('pauses a consumer for as long as he likes', () => {
    const world = new World().order(pause(0, 'maintenance'));
    for (let i = 0; i < 100; i++) world.minute(5, 5, 60 * minute);
    expect(world).toMatchObject({ circuit: { state: 'paused', reason: 'maintenance' }, enabled: false });
  });

  it('resumes it, whatever had stopped it; what failed before no longer counts', () => {
    const byHand = new World();
    byHand.mappings.set('m', { state: 'Disabled' });
    const byLambda = new World();
    byLambda.mappings.set('m', { state: 'Disabled', reason: 'EVENT_SOURCE_AUTHN_ERROR' });
    for (const world of [tripped(), new World().order(pause(0, '')), byHand, byLambda]) {
      world.order(resume(world.now, 'mended', world.mappings.all)).minute(0, 9);
      expect(world).toMatchObject({ circuit: { state: 'closed' }, enabled: true });
    }
  });
});

describe('whatever happens', () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('minute'), succeeded: fc.nat(30), failed: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('pause', 'resume', 'gap', 'console') }) },
  );
  const run = (check: (world: World, before: Circuit) => void, kinds = ['pause', 'resume', 'gap']) =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = new World();
        for (const each of steps) {
          const before = world.circuit;
          if ('succeeded' in each) world.minute(each.succeeded, each.failed);
          else if (!kinds.includes(each.kind)) continue;
          else if (each.kind === 'gap') world.minute(0, 0, 90 * minute);
          else if (each.kind === 'console') world.console();
          else if (each.kind === 'pause') world.order(pause(world.now, 'by hand'));
          else world.resume();
          check(world, before);
        }
      }),
    );

  it('the mapping reads exactly when the circuit says so', () => {
    run(({ circuit, enabled }) => expect(enabled).toBe(!stops(circuit)));
  });

  it('a mapping that somebody disabled in the console reads again only when somebody says so', () => {
    run(
      ({ enabled, disabledByHand }) => {
        if (disabledByHand) expect(enabled).toBe(false);
      },
      ['console', 'resume', 'gap'],
    );
  });

  it('an open circuit has its reason and its end, which is not later than allowed', () => {
    run(({ circuit }) => {
      if (circuit.state !== 'open') return;
      const { since, until = Number.NaN } = circuit;
      expect(circuit.reason).toMatch(/^\d+ of \d+ messages failed$/);
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
    run(({ circuit }, before) => {
      expect(may[before.state]).toContain(circuit.state);
      // Out of "open" into "closed" only by hand.
      if (before.state === 'open' && circuit.state === 'closed') expect(circuit.reason).toBe('by hand');
    });
  });
});
