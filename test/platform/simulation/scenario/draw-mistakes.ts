import type { Random } from '../engine/random.ts';
import type { Scenario } from './scenario.ts';

/** The same with something that people get wrong and put right again: a binding that is missing, or a handler that was copied and kept the old name. */
export function withMistake(scenario: Scenario, random: Random): Scenario {
  const [first, second] = scenario.consumers.filter(({ claims }) => claims);
  const from = random.whole(0, 5000);
  if (first && second && random.chance(0.7))
    return {
      ...scenario,
      messages: scenario.messages.map((message) => (random.chance(0.6) ? { ...message, to: 'all' } : message)),
      faults: [
        ...scenario.faults,
        { kind: 'copied-handler', consumer: second.name, handler: first.name, from, to: from + 4000 },
      ],
    };
  const consumer = random.pick(scenario.consumers as [Scenario['consumers'][number]]).name;
  return { ...scenario, faults: [...scenario.faults, { kind: 'unbound', consumer, from, to: from + 15_000 }] };
}
