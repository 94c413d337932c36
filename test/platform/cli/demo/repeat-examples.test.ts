import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { repeatExamples } from '../../../../lib/platform/cli/demo/repeat-examples.ts';
import { event } from '../../../../lib/platform/declaration/event.ts';

const events = {
  'car.left': event({ schema: z.object({ plate: z.string() }), example: { plate: 'A' } }),
  'car.entered': event({ schema: z.object({ plate: z.string() }), example: { plate: 'B' } }),
};
const generate = repeatExamples(events, { exchange: 'parking' });

describe('events that repeat the examples', () => {
  it('are as many as were asked for, of every type, the same for the same seed', () => {
    const made = generate(200, 1);
    expect(made).toHaveLength(200);
    expect(new Set(made.map(({ exchange, routingKey, body }) => `${exchange} ${routingKey} ${body}`))).toEqual(
      new Set(['parking car.left {"plate":"A"}', 'parking car.entered {"plate":"B"}']),
    );
    expect(generate(200, 1)).toEqual(made);
  });

  it('have some that are published twice, under the same message id', () => {
    const ids = new Set(generate(200, 1).map(({ properties }) => properties.messageId));
    expect(ids.size).toBeLessThan(200);
    expect(ids.size).toBeGreaterThan(170);
  });

  it('are none where there are no events', () => {
    expect(repeatExamples({}, { exchange: 'parking' })(200, 1)).toEqual([]);
  });
});
