import { functionUser, mappingUser } from '../../../../lib/platform/topology/users.ts';
import type { Random } from '../engine/random.ts';
import type { Fault, Scenario } from './scenario.ts';

/** The same while passwords rotate, one of them several times, and connections break, so that logins are tried. */
export function withRotations(scenario: Scenario, random: Random): Scenario {
  const consumer = random.pick(scenario.consumers as [Scenario['consumers'][number]]).name;
  const secrets: [string, ...string[]] = ['shop', functionUser(consumer), mappingUser(consumer), mappingUser(consumer)];
  const favourite = random.pick(secrets);
  const rotations = Array.from({ length: random.whole(3, 4) }, (_, index) => ({
    secret: random.chance(0.8) ? favourite : random.pick(secrets),
    at: index * 12_000 + random.whole(0, 6000),
  }));
  const at = (): number => random.whole(0, 60_000);
  const faults: Fault[] = [
    ...Array.from({ length: 4 }, (): Fault => ({ kind: 'poller-lost', consumer, at: at() })),
    { kind: 'connections-lost', at: at() },
  ];
  const kills = Array.from(
    { length: random.whole(0, 6) },
    (): Fault => ({
      kind: 'kill-at-call',
      consumer: 'rotation',
      call: random.whole(1, 80),
      phase: random.pick(['before', 'under-way', 'answered']),
    }),
  );
  return { ...scenario, rotations, faults: [...scenario.faults, ...faults, ...kills] };
}
