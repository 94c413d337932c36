import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { plain } from '../../../../lib/platform/cli/paint.ts';
import { renderEvent } from '../../../../lib/platform/cli/start/render-event.ts';
import { bundleFunction } from '../../../../lib/platform/constructs/bundle/bundle.ts';
import { LocalFunction } from '../../../../lib/platform/local/runtime/local-function.ts';

const fixture = 'test/platform/fixtures/local/failing/handler.ts';
const view = { nameOf: () => 'pay', paint: plain, at: new Date() };
const shown: string[] = [];
let folder: string;
let failing: LocalFunction;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stack-'));
  bundleFunction(join(import.meta.dirname, '../../../..', fixture), folder);
  failing = new LocalFunction(
    {
      name: 'failing',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:failing',
      runtime: 'nodejs24.x',
      code: folder,
      handler: 'index.handler',
      timeoutSeconds: 10,
      memoryMegabytes: 256,
      // As VpcFunction sets it.
      environment: { NODE_OPTIONS: '--enable-source-maps' },
      logGroup: '/aws/lambda/failing',
      logFormat: 'Text',
    },
    () => ({ awsEndpoint: 'http://127.0.0.1:9', credentials: { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'secret' } }),
    {
      line: (stream, line, code) =>
        shown.push(...renderEvent({ type: 'line', functionName: 'failing', stream, line, code }, view)),
      failed: (error, code) =>
        shown.push(...renderEvent({ type: 'function-failed', functionName: 'failing', error, code }, view)),
    },
  );
  await failing.invoke('{}');
  // Its output comes by another way than its answer.
  for (let tries = 0; tries < 500 && !shown.some((line) => line.includes('as bad')); tries++) await wait(20);
}, 60_000);
afterAll(async () => {
  await failing.stop();
  rmSync(folder, { recursive: true });
});

/** Without the time. */
const lines = (): string[] => shown.map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d{3} /, ''));
const margin = ' '.repeat(19);
const stack = [
  `${margin}TypeError: no such card`,
  `${margin}    at charge (${fixture}:6:9)`,
  `${margin}    at BufferedInvokeProcessor.handler (${fixture}:12:12)`,
  expect.stringMatching(/^ {19} {4}… \d+ frames of the platform and of packages$/),
];

describe('what npm start shows of a function whose handler fails', () => {
  it('is the entry of its logger with the fields, and the error with its lines of the TypeScript source', () => {
    const at = lines().indexOf('ERROR pay  not charged  card=1234 tries=2');
    expect(lines().slice(at + 1, at + 5)).toEqual(stack);
    expect(lines().find((line) => line.includes('Caused by: RangeError: it has expired'))).toBeDefined();
  });

  it('is what it writes to the console, of which no line begins at the margin but the first', () => {
    const at = lines().indexOf('WARN  pay  twice');
    expect(lines()[at + 1]).toBe(`${margin}as bad { tries: 2 }`);
  });

  it('is the failure of the invocation, once, with the same lines', () => {
    const at = lines().indexOf('ERROR pay  the function failed');
    expect(lines().slice(at + 1, at + 5)).toEqual(stack);
    expect(lines().join('\n')).not.toContain('Invoke Error');
  });
});
