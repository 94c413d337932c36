import { sleep } from '../../time/clock.ts';
import { stops } from './circuit.ts';
import { CircuitConflictError } from './circuit-store.ts';
import type { ControlServices } from './control-consumers.ts';
import { arrived, isUnderWay } from './held-mappings.ts';

/** Milliseconds between two looks at the mappings. */
const interval = 2000;

/**
 * Waits for the mappings that circuits have switched off, and notes of each when it came to be `Disabled`. Whoever changes it after that is somebody
 * else. One that is not `Disabled` by then is left to the next look, and a change that a person makes before that passes for the circuit's own.
 *
 * @param until milliseconds since the epoch
 */
export async function noteDisabled(
  consumers: readonly string[],
  { circuits, mappings, clock, log }: Omit<ControlServices, 'health'>,
  until: number,
): Promise<void> {
  const waiting = new Map(await circuits.read(consumers));
  for (const [consumer, { circuit }] of waiting)
    if (!stops(circuit) || !isUnderWay(circuit.held)) waiting.delete(consumer);
  while (waiting.size > 0) {
    const all = await mappings.list();
    for (const [consumer, { circuit: before, version }] of waiting) {
      const circuit = { ...before, held: arrived(before.held, all) };
      waiting.set(consumer, { circuit, version });
      if (isUnderWay(circuit.held) && clock.now() + interval <= until) continue;
      waiting.delete(consumer);
      try {
        await circuits.write(consumer, circuit, version);
      } catch (error) {
        if (!(error instanceof CircuitConflictError)) throw error;
        log(error.message, { consumer });
      }
    }
    if (waiting.size > 0) await sleep(clock, interval);
  }
}
