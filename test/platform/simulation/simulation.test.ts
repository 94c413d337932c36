import { describe, expect, it } from '@jest/globals';
import { runSeeds } from './run/run-seeds.ts';
import { drawScenario } from './scenario/draw.ts';
import { simulate } from './world/simulate.ts';

describe('the promises of the README', () => {
  it('hold in 500 schedules, whatever fails in them', async () => {
    const seeds = Array.from({ length: 500 }, (_, index) => index + 1);
    const { failures } = await runSeeds(seeds, { mostFailures: 1 });
    expect(failures.map(({ story }) => story).join('\n')).toBe('');
  }, 600_000);
});

describe('a seed', () => {
  it('leads to the same life each time, also after others', async () => {
    const first = await lives(1, 25);
    const second = await lives(25, 1);
    for (const [seed, story] of first) expect([seed, second.get(seed)]).toEqual([seed, story]);
  });
});

/** The stories of seeds, lived one after the other in the order given. */
async function lives(from: number, to: number): Promise<Map<number, readonly string[]>> {
  const stories = new Map<number, readonly string[]>();
  const step = Math.sign(to - from);
  for (let seed = from; seed !== to + step; seed += step)
    stories.set(seed, (await simulate(drawScenario(seed), { tells: true })).story);
  return stories;
}
