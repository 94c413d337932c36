import { Logger } from '@aws-lambda-powertools/logger';
import { describe, expect, it, jest } from '@jest/globals';
import { FatalError } from '../../../../lib/platform/runtime/errors.ts';
import type { Attributes, SpanOptions, Tracer } from '../../../../lib/platform/runtime/trace/tracer.ts';
import { invoke, letPass, message, newWorld } from './harness.ts';

interface Recorded {
  readonly name: string;
  readonly options: SpanOptions;
  readonly attributes: Record<string, unknown>;
  status?: { readonly code: number };
  ends: number;
}

/** Keeps spans as OpenTelemetry's SDK would export them. */
const recorder = () => {
  const spans: Recorded[] = [];
  const tracer: Tracer = {
    startActiveSpan(name, options, run) {
      const span: Recorded = { name, options, attributes: { ...options.attributes }, ends: 0 };
      spans.push(span);
      return run({
        setAttributes: (attributes: Attributes) => Object.assign(span.attributes, attributes),
        setStatus: (status) => {
          span.status = status;
        },
        end: () => {
          span.ends++;
        },
      });
    },
  };
  return { spans, tracer };
};

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const headers = {
  traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
  'x-original-exchange': 'events',
  'x-original-routingKey': 'order.placed',
};

describe('a consumer with a tracer', () => {
  it('records a span for each message, linked to where the message was created', async () => {
    const { spans, tracer } = recorder();
    const world = newWorld();
    await invoke(world, [message('a', { headers, body: '{}' }), message('b', { body: '{}' })], async () => {}, {
      tracer,
    });
    expect(spans).toHaveLength(2);
    const [first, second] = spans;
    expect(first).toMatchObject({
      name: 'process q',
      ends: 1,
      options: {
        kind: 4,
        links: [{ context: { traceId, spanId: '00f067aa0ba902b7', traceFlags: 1, isRemote: true } }],
      },
      attributes: {
        'messaging.system': 'rabbitmq',
        'messaging.operation.type': 'process',
        'messaging.destination.name': 'events:order.placed:q',
        'messaging.rabbitmq.destination.routing_key': 'order.placed',
        'messaging.message.id': 'a',
        'messaging.message.body.size': 2,
        'messaging.message.attempt': 1,
        'messaging.message.fate': 'done',
      },
    });
    expect(first?.status).toBeUndefined();
    expect(second).toMatchObject({
      ends: 1,
      options: { links: [] },
      attributes: { 'messaging.destination.name': 'q' },
    });
  });

  it('says in the span what went wrong, and the copy stays in the trace', async () => {
    const { spans, tracer } = recorder();
    const world = newWorld();
    const fail = async ({ id }: { id: string }) => {
      throw id === 'fatal' ? new FatalError('no such customer') : new TypeError('oops');
    };
    await invoke(world, [message('fatal', { headers, body: '{}' }), message('again', { headers, body: '{}' })], fail, {
      tracer,
    });
    const by = new Map(spans.map((span) => [span.attributes['messaging.message.id'], span]));
    expect(by.get('fatal')).toMatchObject({
      status: { code: 2, message: 'no such customer' },
      attributes: {
        'error.type': 'FatalError',
        'messaging.message.fate': 'dead-letter',
        'messaging.message.dead_letter_reason': 'fatal',
      },
    });
    expect(by.get('again')).toMatchObject({
      status: { code: 2 },
      attributes: { 'error.type': 'TypeError', 'messaging.message.fate': 'retry' },
    });
    expect(world.publisher.published.map((copy) => copy.headers.traceparent)).toEqual([
      headers.traceparent,
      headers.traceparent,
    ]);
  });

  it('ends the span of a handler that the end of the time left behind', async () => {
    const { spans, tracer } = recorder();
    const world = newWorld();
    const options = { tracer, remainingMilliseconds: 300 };
    const running = invoke(world, [message('a', { headers, body: '{}' })], () => new Promise(() => {}), options);
    await letPass(world, 300, running);
    expect(spans).toMatchObject([{ ends: 1, attributes: { 'error.type': 'DeadlineExceededError' } }]);
  });

  it('records none for a duplicate', async () => {
    const { spans, tracer } = recorder();
    const world = newWorld();
    await invoke(world, [message('a', { headers, body: '{}' })], async () => {}, { tracer });
    await invoke(world, [message('a', { headers, body: '{}' })], async () => {}, { tracer });
    expect(spans).toHaveLength(1);
  });
});

describe('a tracer that fails', () => {
  const broken = (): never => {
    throw new Error('exporter is gone');
  };
  const span = { setAttributes: () => undefined, setStatus: () => undefined, end: () => undefined };
  const opening = (broke: Partial<typeof span>): Tracer => ({
    startActiveSpan: (_name, _options, run) => run({ ...span, ...broke }),
  });
  const tracers: Record<string, Tracer> = {
    'at the start of a span': { startActiveSpan: broken },
    'after the handler was called': {
      startActiveSpan: (_name, _options, run) => {
        run(span);
        return broken();
      },
    },
    'at the attributes': opening({ setAttributes: broken }),
    'at the status': opening({ setStatus: broken }),
    'at the end of a span': opening({ end: broken }),
  };

  it.each(Object.keys(tracers))('%s costs no message, and is logged once', async (when) => {
    const world = newWorld();
    const logger = new Logger({ logLevel: 'SILENT' });
    const warnings = jest.spyOn(logger, 'warn');
    const handled: string[] = [];
    const handle = async ({ id }: { id: string }) => {
      handled.push(id);
      if (id !== 'good') throw new TypeError('oops');
    };
    const messages = ['good', 'bad', 'worse'].map((id) => message(id, { body: '{}' }));
    const options = { tracer: tracers[when], logger };
    await invoke(world, messages, handle, options);
    expect(handled).toEqual(['good', 'bad', 'worse']);
    expect(world.publisher.published.map(({ properties }) => properties.messageId)).toEqual(['bad', 'worse']);
    const said = warnings.mock.calls.filter(([text]) => String(text).includes('tracer'));
    expect(said).toMatchObject([[expect.any(String), { failure: { message: 'exporter is gone' } }]]);
  });

  it('still has its spans ended when only their attributes fail', async () => {
    let ends = 0;
    const tracer = opening({ setAttributes: broken, end: () => void ends++ });
    await invoke(newWorld(), [message('a', { body: '{}' })], async () => {}, { tracer });
    expect(ends).toBe(1);
  });
});

it('a handler is told the trace of its message, to hand it on', async () => {
  const seen: unknown[] = [];
  await invoke(
    newWorld(),
    [message('a', { headers, body: '{}' }), message('b', { body: '{}' })],
    (_, { trace }) => void seen.push(trace),
  );
  expect(seen).toEqual([
    { traceId, spanId: '00f067aa0ba902b7', sampled: true, traceparent: headers.traceparent },
    undefined,
  ]);
});
