import { describe, expect, it } from '@jest/globals';
import { killInMidBatch, type Victim } from '../../../../lib/platform/cli/demo/chaos.ts';
import { seededRandom } from '../../../../lib/platform/cli/demo/random.ts';

describe('chaos', () => {
  const victim = (name: string, inFlight: number, killed: string[]): Victim => ({
    name,
    inFlight: () => inFlight,
    kill: () => killed.push(name) > 0,
  });

  it('kills only functions that hold messages, as often as asked', async () => {
    const killed: string[] = [];
    const kills = await killInMidBatch(
      {
        victims: [victim('idle', 0, killed), victim('busy', 7, killed)],
        random: seededRandom(1),
        kills: 3,
        pause: () => 1,
        onKill: () => {},
      },
      new AbortController().signal,
    );
    expect(kills).toBe(3);
    expect(killed).toEqual(['busy', 'busy', 'busy']);
  });

  it('ends when everything has settled, though nobody was there to kill', async () => {
    const controller = new AbortController();
    const kills = killInMidBatch(
      { victims: [victim('idle', 0, [])], random: seededRandom(1), pause: () => 1, onKill: () => {} },
      controller.signal,
    );
    controller.abort();
    await expect(kills).resolves.toBe(0);
  });
});
