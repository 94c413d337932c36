import { describe, expect, it } from '@jest/globals';
import { parseOptions, UsageError } from '../../../../lib/platform/cli/demo/options.ts';

describe('the command line of the demo', () => {
  it('needs no option', () => {
    expect(parseOptions([])).toEqual({ events: 1000, seed: 1, json: false, failureVerb: 'nack' });
  });

  it('reads every option', () => {
    expect(parseOptions('--events 5 --seed 7 --json --chaos kill --failure-verb memory'.split(' '))).toEqual({
      events: 5,
      seed: 7,
      json: true,
      chaos: 'kill',
      failureVerb: 'memory',
    });
    expect(parseOptions(['--input', '-'])).toMatchObject({ input: '-' });
    expect(parseOptions(['--help'])).toBe('help');
  });

  it.each([
    [['--events', '0'], "--events is '0'; it takes a whole number from 1 to 100000"],
    [['--events', '1e3'], "--events is '1e3'"],
    [['--events', '100001'], '1 to 100000'],
    [['--events=-5'], "--events is '-5'"],
    [['--seed', '4294967296'], '0 to 4294967295'],
    [['--chaos', 'monkey'], "--chaos is 'monkey'; it takes kill, hang"],
    [['--failure-verb', 'drop'], "--failure-verb is 'drop'; it takes nack, reject, close, memory"],
    [['--input', 'a.ndjson', '--events', '5'], 'give one of the two'],
    [['--unknown'], '--unknown'],
    [['stray'], 'stray'],
  ])('refuses %j, naming the value and what it takes', (argv, message) => {
    expect(() => parseOptions(argv)).toThrow(UsageError);
    expect(() => parseOptions(argv)).toThrow(message);
  });
});
