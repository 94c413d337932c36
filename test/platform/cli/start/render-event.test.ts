import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Paint, paintFor, plain } from '../../../../lib/platform/cli/paint.ts';
import { renderEvent } from '../../../../lib/platform/cli/start/render-event.ts';
import type { LocalRunEvent } from '../../../../lib/platform/local/events.ts';
import { anyCharacter } from '../../support/any-character.ts';

/** Of this machine's clock, whatever its zone. */
const at = new Date('2026-11-25T09:08:07.006');
const code = '/run/asset.1';
const line = (text: string): LocalRunEvent => ({
  type: 'line',
  functionName: 'f',
  stream: 'stdout',
  line: text,
  code,
});
const logged = (entry: object): LocalRunEvent => line(JSON.stringify({ level: 'INFO', consumer: 'pay', ...entry }));
const shown = (event: LocalRunEvent, paint: Paint = plain): readonly string[] =>
  renderEvent(event, { nameOf: () => 'fulfil-order', paint, at });
const margin = ' '.repeat(19);

describe('what npm start shows', () => {
  it.each([
    [line('plain text'), 'fulfil-order  plain text'],
    [line('{not json'), 'fulfil-order  {not json'],
    [line('{"json":"of no logger"}'), 'fulfil-order  {"json":"of no logger"}'],
    [{ type: 'batch', functionName: 'f', queue: 'q', records: 1, milliseconds: 1.6 }, 'q  1 record in 2 ms'],
    [
      { type: 'stream-batch', functionName: 'f', streamArn: 's', records: 2, done: 1, milliseconds: 5 },
      'fulfil-order  2 stream records in 5 ms, 1 to be tried again',
    ],
    [
      { type: 'request', method: 'POST', path: '/events/a', status: 202, milliseconds: 3.2 },
      'HTTP API  POST /events/a  202 in 3 ms',
    ],
    [{ type: 'notice', message: 'waiting for the broker' }, 'waiting for the broker'],
  ] as [LocalRunEvent, string][])('%j is one line with its time and no level', (event, expected) => {
    expect(shown(event)).toEqual([`09:08:07.006       ${expected}`]);
  });

  it.each([
    [
      {
        type: 'batch',
        functionName: 'f',
        queue: 'q',
        records: 3,
        milliseconds: 5,
        error: { errorType: 'E', errorMessage: 'm' },
      },
      'WARN  q  3 records in 5 ms, returned to the queue',
    ],
    [
      { type: 'mapping', functionName: 'f', queue: 'q', state: 'Disabled', reason: 'ESM_CONFIG_NOT_VALID: no queue' },
      'WARN  q  the mapping is Disabled: ESM_CONFIG_NOT_VALID: no queue',
    ],
    [
      {
        type: 'left-out',
        stack: 'shop',
        resources: [
          { stack: 'shop', logicalId: 'Cluster', resourceType: 'AWS::ECS::Cluster', reason: 'nothing stands in' },
          { stack: 'shop', logicalId: 'Service', resourceType: 'AWS::ECS::Service', reason: 'needs Cluster' },
        ],
      },
      "WARN  stack shop  left out, because it can't run here: Cluster (AWS::ECS::Cluster), Service (AWS::ECS::Service); leftOut in .local/state.json says why",
    ],
    [
      { type: 'record-refused', functionName: 'f', queue: 'q', messageId: 'm-3', reason: 'its headers are too deep' },
      'ERROR q  message m-3 left the queue: its headers are too deep',
    ],
    [
      { type: 'dead-letter', queue: 'q', messageId: 'm-4', reason: 'expired' },
      'ERROR q  message m-4 went to the dead-letter queue: its time to live was over (expired)',
    ],
    [
      { type: 'dead-letter', queue: 'q', reason: 'something new' },
      'ERROR q  message without id went to the dead-letter queue: something new',
    ],
  ] as [LocalRunEvent, string][])('%j is one line with its level', (event, expected) => {
    expect(shown(event)).toEqual([`09:08:07.006 ${expected}`]);
  });

  it.each([
    { type: 'mapping', functionName: 'f', queue: 'q', state: 'Enabled' },
    { type: 'environment-started', functionName: 'f', pid: 1, milliseconds: 1 },
    line('{"_aws":{"CloudWatchMetrics":[{"Metrics":[{"Name":"Done"}]}]},"Done":2}'),
  ] as LocalRunEvent[])('is nothing of %j', (event) => {
    expect(shown(event)).toEqual([]);
  });
});

describe('what has several lines', () => {
  it('is a notice of several lines, of which the first has the time', () => {
    expect(shown({ type: 'notice', message: 'not rebuilt:\nx.ts:1: error' })).toEqual([
      '09:08:07.006       not rebuilt:',
      `${margin}x.ts:1: error`,
    ]);
  });

  it('is a function that failed, with its error', () => {
    const trace = ['TypeError: no', `    at handle (${code}/functions/pay/handler.ts:9:5)`];
    const error = { errorType: 'TypeError', errorMessage: 'no', trace };
    expect(shown({ type: 'function-failed', functionName: 'f', error, code })).toEqual([
      '09:08:07.006 ERROR fulfil-order  the function failed',
      `${margin}TypeError: no`,
      `${margin}    at handle (functions/pay/handler.ts:9:5)`,
    ]);
  });
});

describe('an entry of a function’s log', () => {
  it('is its own time, level, consumer and text, and its fields', () => {
    const entry = { timestamp: '2026-11-25T01:02:03.004', message: 'charged', sum: 12.5, to: 'a b', card: null };
    expect(shown(logged(entry))).toEqual(['01:02:03.004 INFO  pay  charged  sum=12.5 to="a b" card=null']);
  });

  it('has what is said of the message before what names it', () => {
    const keys = { messageId: 'm-1', attempt: 2, queue: 'pay.shard-0', trace_id: 't' };
    expect(shown(logged({ message: 'm', ...keys, plate: 'B-XY' }))[0]).toMatch(
      /m {2}plate=B-XY messageId=m-1 attempt=2 queue=pay\.shard-0 trace_id=t$/,
    );
  });

  it('has fields of fields as JSON, and says where a long one ends', () => {
    expect(shown(logged({ message: 'm', body: { a: [1] } }))[0]).toContain('body={"a":[1]}');
    expect(shown(logged({ message: 'm', body: 'x'.repeat(400) }))[0]).toMatch(/body=x{300}…$/);
  });

  it('leaves out what is the same in each line: of the function and of the invocation', () => {
    const context = { service: 'pay', cold_start: true, function_arn: 'a', function_request_id: 'r', sampling_rate: 0 };
    expect(shown(logged({ message: 'm', ...context, xray_trace_id: 't' }))).toEqual(['09:08:07.006 INFO  pay  m']);
  });

  it('names the queue of a message where the consumer has several', () => {
    expect(shown(logged({ message: 'm', messageId: 'm-1', queue: 'pay' }))[0]).toMatch(/m {2}messageId=m-1$/);
    expect(shown(logged({ message: 'm', messageId: 'm-1', queue: 'pay.shard-2' }))[0]).toMatch(
      /m {2}messageId=m-1 queue=pay\.shard-2$/,
    );
  });

  it('is followed by its error: your lines, and how many others there are', () => {
    const stack = [
      'RetryableError: 503',
      `    at reserve (${code}/functions/pay/bank.ts:14:11)`,
      `    at async Object.handle (${code}/functions/pay/handler.ts:9:5)`,
      `    at settle (${code}/lib/platform/runtime/batch/settle.ts:3:1)`,
      `    at run (${code}/node_modules/middy/core.ts:3:1)`,
      '    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)',
      'Caused by: Error: reset',
      'of a peer',
      '    at TLSSocket.<anonymous> (node:_tls_wrap:1:2)',
    ].join('\n');
    const failure = { type: 'RetryableError', message: '503', stack };
    expect(shown(logged({ level: 'WARN', message: 'message will be retried', attempt: 1, failure }))).toEqual([
      '09:08:07.006 WARN  pay  message will be retried  attempt=1',
      `${margin}RetryableError: 503`,
      `${margin}    at reserve (functions/pay/bank.ts:14:11)`,
      `${margin}    at async Object.handle (functions/pay/handler.ts:9:5)`,
      `${margin}    … 3 frames of the platform and of packages`,
      `${margin}Caused by: Error: reset`,
      `${margin}of a peer`,
      `${margin}    at TLSSocket.<anonymous> (node:_tls_wrap:1:2)`,
    ]);
  });

  it('may be of an error without a stack', () => {
    expect(shown(logged({ message: 'm', failure: { type: 'string', message: 'no' } }))[1]).toBe(`${margin}string: no`);
  });
});

describe('text of messages and functions', () => {
  it('cannot pass for a line of another: nothing of it begins at the margin or reaches the terminal as a command', () => {
    const text = fc.string({ unit: anyCharacter });
    fc.assert(
      fc.property(text, text, text, (message, value, stack) => {
        const failure = { type: value, message, stack: `${stack}\n${message}` };
        for (const event of [logged({ message, value, failure }), line(message)]) {
          const [first = '', ...rest] = shown(event);
          expect(first).toMatch(/^09:08:07\.006 /);
          for (const each of rest) expect(each).toMatch(/^ {19}/);
          expect([first, ...rest].join('')).not.toMatch(/[^\P{Cc}\t]|[\u2028\u2029\p{Bidi_Control}]/u);
        }
      }),
    );
  });

  it('has colours on a terminal only, and none where NO_COLOR says so', () => {
    const coloured = (isTTY: boolean, env: Record<string, string> = {}): boolean =>
      shown(logged({ message: 'm' }), paintFor({ isTTY }, env))
        .join('')
        .includes('\u001b[');
    expect(coloured(true)).toBe(true);
    expect(coloured(true, { NO_COLOR: '' })).toBe(true);
    expect(coloured(true, { NO_COLOR: '1' })).toBe(false);
    expect(coloured(true, { TERM: 'dumb' })).toBe(false);
    expect(coloured(false)).toBe(false);
  });
});
