import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../../../../../lib/platform/cli/mq/command.ts';
import { exampleOf } from '../../../../../lib/platform/cli/mq/publish/example.ts';
import { events } from '../../../application/events.ts';

describe('mq publish --example', () => {
  it('publishes the example of the type', () => {
    expect(exampleOf(events, 'thing.made')).toEqual({
      kind: 'data',
      json: JSON.stringify(events['thing.made'].example),
    });
  });

  it.each(['thing.maid', 'toString', undefined])(
    'refuses a type that is not declared, with those that are: %s',
    (type) => {
      expect(() => exampleOf(events, type)).toThrow(UsageError);
      expect(() => exampleOf(events, type)).toThrow(Object.keys(events).join(', '));
    },
  );

  it('says that there are no events where there are none', () => {
    expect(() => exampleOf({}, 'car.left')).toThrow('it has none');
  });
});
