import { describe, expect, it } from '@jest/globals';
import { drawScenario } from './scenario/draw.ts';
import { simulate } from './world/simulate.ts';

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
