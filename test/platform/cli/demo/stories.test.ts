import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../../../lib/platform/cli/demo/random.ts';
import { highestNumbers, inStory, Stories, type Story } from '../../../../lib/platform/cli/demo/stories.ts';

describe('stories', () => {
  it('are told in order, many at a time, each to its end', () => {
    const stories = new Stories(3, seededRandom(1));
    const told = new Map<Story, number[]>();
    for (let step = 0; step < 300; step += 1) {
      const { story, index } = stories.next();
      told.set(story, [...(told.get(story) ?? []), index]);
    }
    expect(told.size).toBeGreaterThan(100);
    for (const indexes of told.values()) expect(indexes).toEqual([0, 1, 2].slice(0, indexes.length));
    expect(new Set([...told.keys()].map(({ number }) => number)).size).toBe(told.size);
  });

  it('go no further than they were ended', () => {
    const stories = new Stories(2, seededRandom(1));
    for (let step = 0; step < 100; step += 1) {
      const { story, index } = stories.next();
      expect(index).toBe(0);
      stories.end(story);
    }
  });

  const story = (number: number): Story => ({ number, told: 0, uuids: new Map() });
  const examples = [{ orderId: 'order-1', lines: [{ sku: 'SKU-1' }, { sku: 'SKU-2' }] }, { orderId: 'order-1' }];
  const highest = highestNumbers(examples);

  it('are each about things of their own, the same in all their events', () => {
    const of = (number: number) => examples.map((body) => inStory(body, story(number), highest, seededRandom(1)));
    expect(of(1)).toEqual(examples);
    expect(of(2)).toEqual([
      { orderId: 'order-2', lines: [{ sku: 'SKU-3' }, { sku: 'SKU-4' }] },
      { orderId: 'order-2' },
    ]);
  });

  it('give things UUIDs of their own', () => {
    const id = '01976f3e-0000-7000-8000-000000000001';
    const [one, other] = [story(1), story(2)];
    const random = seededRandom(1);
    const told = (of: Story) => inStory({ id }, of, highest, random) as { id: string };
    expect(told(one)).toEqual(told(one));
    expect(told(other).id).not.toBe(told(one).id);
    expect(told(one).id).not.toBe(id);
  });

  it('leave alone what is no name with a number', () => {
    const body = { mail: 'a-1@example.com', phone: '+14155550100', at: '2026-01-01', count: 7, none: null, yes: true };
    expect(inStory(body, story(9), highest, seededRandom(1))).toEqual(body);
  });
});
