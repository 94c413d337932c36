import { describe, expect, it } from '@jest/globals';
import { addEvent } from '../../../../lib/platform/cli/new/add-event.ts';
import { parseSource } from '../../../../lib/platform/cli/source/source.ts';

const empty = '/** Every event. */\nexport const events = {};\n';
const add = (text: string, type: string) => addEvent(parseSource('functions/events.ts', text), type);

describe('an event that is added', () => {
  it('has a schema, a type and an example; the file has what it imports', () => {
    expect(add(empty, 'car.left').text.replaceAll(/\n+/g, '\n')).toBe(`import * as z from 'zod/mini';
import { event } from '#events';
export const carLeft = z.object({
  type: z.literal('car.left'),
  carId: z.string().check(z.minLength(1)),
});
export type CarLeft = z.infer<typeof carLeft>;
/** Every event. */
export const events = {
'car.left': event({ schema: carLeft, example: { type: 'car.left', carId: 'car-1' } }),
};
`);
  });

  it('follows others, and imports nothing twice', () => {
    const { text } = add(add(empty, 'car.left').text, 'car.entered');
    expect(text.match(/^import/gm)).toHaveLength(2);
    expect(text.indexOf("'car.entered': event(")).toBeGreaterThan(text.indexOf("'car.left': event("));
    expect(text.indexOf('const carEntered')).toBeGreaterThan(text.indexOf('const carLeft'));
  });

  it.each([
    ['delete', 'deleteEvent'],
    ['event', 'eventEvent'],
    ['car-left', 'carLeftEvent'],
    ['payment.card_declined', 'paymentCardDeclined'],
  ])('has a schema under a name that is free: %s is %s', (type, schema) => {
    expect(add(add(empty, 'car.left').text, type).schema).toBe(schema);
  });

  it('is refused when it is there, and when it is no type', () => {
    expect(() => add(add(empty, 'car.left').text, 'car.left')).toThrow(
      "functions/events.ts has the event 'car.left' already",
    );
    for (const type of ['', 'Car', 'car..left', 'car.#', 'car left', "car.'", 'c'.repeat(256)])
      expect(() => add(empty, type)).toThrow('is no type of an event: it takes words of letters, digits, - and _');
  });
});
