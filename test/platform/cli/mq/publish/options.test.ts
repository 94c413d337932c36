import { describe, expect, it } from '@jest/globals';
import { parsePublishOptions } from '../../../../../lib/platform/cli/mq/publish/options.ts';

describe('the command line of mq publish', () => {
  it('names one event', () => {
    expect(
      parsePublishOptions([
        'order.placed',
        '--data',
        '{}',
        '--id',
        'o-1',
        '--delay',
        '2.5',
        '--header',
        'a=b=c',
        '--header',
        'd=',
      ]),
    ).toEqual({
      type: 'order.placed',
      input: { kind: 'data', json: '{}' },
      id: 'o-1',
      headers: { a: 'b=c', d: '' },
      delay: 2.5,
      timeoutSeconds: 30,
      json: false,
      urls: [],
    });
  });

  it('names a stream, or a file, with or without a type of its own', () => {
    expect(parsePublishOptions(['order.placed', '-']).input).toEqual({ kind: 'file', file: '-', whole: false });
    expect(parsePublishOptions(['--file', 'x.ndjson'])).toMatchObject({ input: { kind: 'file', file: 'x.ndjson' } });
    expect(parsePublishOptions(['t', '--whole', '--file', 'x.png']).input).toMatchObject({ whole: true });
  });

  it.each([
    [['t'], 'give one of --data, --example, --file and -'],
    [['t', '-', '--data', '1'], 'give one of --data, --example, --file and -'],
    [['--data', '1'], 'TYPE is missing'],
    [['--example'], 'TYPE is missing'],
    [['t', '--example', '--data', '1'], 'give one of --data, --example, --file and -'],
    [['t', '--example', '--whole'], '--whole goes with --file or -'],
    [['--whole', '-'], 'TYPE is missing'],
    [['a', 'b', '-'], "'b' is one type too many"],
    [['t', '--data', '1', '--whole'], '--whole goes with --file or -'],
    [['-', '--id', 'x'], '--id goes with TYPE'],
    [['t', '-', '--id', ''], '--id is empty'],
    [['', '--data', '1'], 'TYPE is empty'],
    [['t', '-', '--header', '=x'], "--header is '=x'; it takes NAME=VALUE"],
    [['t', '-', '--delay', '65536'], "--delay is '65536'; it takes seconds from 0 to 65535"],
    [['t', '-', '--delay', '1h'], "--delay is '1h'"],
    [['t', '-', '--timeout', '0'], "--timeout is '0'"],
    [['t', '-', '--wat'], "Unknown option '--wat'"],
  ])('%j is refused: %s', (args, message) => {
    expect(() => parsePublishOptions(args)).toThrow(message);
  });
});
