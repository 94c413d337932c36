import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { renderCall } from '../../../lib/platform/cli/start/render-call.ts';
import { embeddedMetrics, type LocalRunEvent } from '../../../lib/platform/local/events.ts';
import type { LocalRun } from '../../../lib/platform/local/local-run.ts';
import { events, type PersonJoined } from '../application/events.ts';
import { type HttpEvent, postEvent } from '../support/http-event.ts';
import { loggedRow, startStacks, takeFrom, until } from '../support/local-run-setting.ts';

// All of it: the synthesized stacks, API Gateway's part on this machine, the bundled functions, a broker of their own.

const patience = 120_000;
let run: LocalRun;
let seen: readonly LocalRunEvent[];

beforeAll(async () => {
  ({ run, events: seen } = await startStacks());
}, 120_000);

const post = (request: HttpEvent) => postEvent(run, request);

/** Lines of JSON that the function of a service wrote. */
const logOf = (service: string): Record<string, unknown>[] =>
  seen.flatMap((event) => {
    if (event.type !== 'line' || !event.line.startsWith('{')) return [];
    const line = JSON.parse(event.line) as Record<string, unknown>;
    return line.service === service ? [line] : [];
  });

const countOf = (consumer: string, metric: string): number =>
  seen.reduce((total, event) => {
    const metrics =
      event.type === 'line' && event.line.includes(`"consumer":"${consumer}"`) && embeddedMetrics(event.line);
    return total + (metrics ? (metrics[metric] ?? 0) : 0);
  }, 0);

const joined = (personId: string): PersonJoined => ({ type: 'person.joined', personId });

describe('an event that comes in over HTTP', () => {
  it(
    'reaches its consumers under the id that the caller was told',
    async () => {
      const done = countOf('send-note', 'Done');
      const { status, answer } = await post({ type: 'person.joined', body: joined('p-1') });
      expect(status).toBe(202);
      expect(await until('its entry in the log', () => loggedRow(run, answer.messageId))).toMatchObject({
        messageType: { S: 'person.joined' },
      });
      await until('the note', () => countOf('send-note', 'Done') === done + 1);
    },
    patience,
  );

  it(
    'takes effect once, however often it is sent under the same Idempotency-Key',
    async () => {
      const duplicates = countOf('send-note', 'Duplicate');
      const done = countOf('send-note', 'Done');
      const headers = { 'idempotency-key': '01976f3e-0000-7000-8000-000000000001' };
      for (let times = 0; times < 3; times++) {
        const { answer } = await post({ type: 'person.joined', body: joined('p-2'), headers });
        expect(answer).toEqual({ messageId: headers['idempotency-key'] });
      }
      await until('both duplicates', () => countOf('send-note', 'Duplicate') === duplicates + 2);
      expect(countOf('send-note', 'Done')).toBe(done + 1);
    },
    patience,
  );

  it(
    'is turned away unless somebody signed it who may publish',
    async () => {
      const stranger = { ...run.credentials, secretAccessKey: 'guessed' };
      const event = { type: 'person.joined', body: joined('p-3') };
      expect(await post({ ...event, keys: stranger })).toMatchObject({ status: 403 });
      const unsigned = await fetch(`${run.state.endpoints.httpApi}/events/person.joined`, {
        method: 'POST',
        body: '{}',
      });
      expect(unsigned.status).toBe(403);
    },
    patience,
  );

  it(
    'is refused with the place of what is wrong',
    async () => {
      const body = { type: 'thing.made', thingId: 't', parts: [{ name: 'wheel', count: 0 }] };
      expect(await post({ type: 'thing.made', body })).toMatchObject({
        status: 422,
        answer: { errors: [{ pointer: '#/parts/0/count', detail: expect.stringContaining('>=1') }] },
      });
    },
    patience,
  );

  it(
    'can be followed by its trace from the request through every retry to the dead letter',
    async () => {
      const traceId = '0af7651916cd43dd8448eb211c80319c';
      const messageId = 'never-noted';
      run.faults?.add([{ consumer: 'send-note', messageId, fault: { kind: 'retryable' } }]);
      const { answer } = await post({
        type: 'person.joined',
        body: joined('p-4'),
        headers: {
          traceparent: `00-${traceId}-b7ad6b7169203331-01`,
          tracestate: 'vendor=1',
          'idempotency-key': messageId,
        },
      });
      const deadLetter = await until('the dead letter', () => takeFrom(run, 'send-note.dead-letter', answer.messageId));
      expect(deadLetter.properties.headers).toMatchObject({
        traceparent: `00-${traceId}-b7ad6b7169203331-01`,
        tracestate: 'vendor=1',
        'x-dead-letter-reason': 'exhausted',
      });
      const inTrace = ({ trace_id, messageId }: Record<string, unknown>) =>
        trace_id === traceId && messageId === answer.messageId;
      const messages = (service: string) =>
        logOf(service)
          .filter(inTrace)
          .map(({ message }) => message);
      expect(messages('ingest')).toEqual(['event accepted']);
      await until('the log of all attempts', () => messages('send-note').length >= 5);
      expect(messages('send-note')).toEqual([
        ...Array.from({ length: 4 }, () => 'message will be retried'),
        'message went to the dead-letter queue',
      ]);
    },
    patience,
  );
});

describe('the line of npm start', () => {
  const type = 'person.joined';
  const example = { type, body: events[type].example };
  const curl = ['/usr/bin/curl', '/usr/local/bin/curl'].some((file) => statSync(file, { throwIfNoEntry: false }));

  it('leaves the key in a file that only its owner can read', () => {
    const { aws, endpoints } = run.state;
    expect(statSync(aws.credentialsFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(aws.credentialsFile, 'utf8')).toContain(run.credentials.secretAccessKey);
    expect(renderCall(String(endpoints.httpApi), aws, example)).not.toContain(run.credentials.secretAccessKey);
  });

  (curl ? it : it.skip)(
    'publishes an event with curl',
    async () => {
      const line = renderCall(String(run.state.endpoints.httpApi), run.state.aws, example)
        .split('\n')
        .slice(1)
        .join('\n');
      const { stdout } = await promisify(execFile)('/bin/sh', ['-c', line], { timeout: 100_000 });
      const { messageId } = JSON.parse(stdout) as { messageId: string };
      await until('its entry in the log', () => loggedRow(run, messageId));
    },
    patience,
  );
});
