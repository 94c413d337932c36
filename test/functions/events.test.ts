import { describe, expect, it } from '@jest/globals';
import type { Events } from '#events';
import { events } from '../../functions/events.ts';

describe('functions/events.ts', () => {
  it('has an example of each event that its schema takes', async () => {
    const all: Events = events;
    const problems = await Promise.all(
      Object.entries(all).map(async ([type, { schema, example }]) => ({
        type,
        issues: (await schema['~standard'].validate(example)).issues ?? [],
      })),
    );
    expect(problems.filter(({ issues }) => issues.length > 0)).toEqual([]);
  });
});
