import { describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import fc from 'fast-check';
import * as z from 'zod/mini';
import { acceptEvent, type RequestReport } from '../../../../lib/platform/runtime/http-api/accept-event.ts';
import type { IdentifiedEvent, SinkOutcome } from '../../../../lib/platform/runtime/http-api/event-sink.ts';

const known = {
  'order.placed': {
    schema: z.object({
      orderId: z.string().check(z.minLength(1)),
      'a/b~c': z.optional(z.string()),
      lines: z.array(z.object({ quantity: z.int() })),
    }),
  },
};
const order = { orderId: 'o-1', lines: [{ quantity: 2 }] };

interface Sent {
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly outcome?: SinkOutcome;
}

/** Sends one request; what came back, what the sink got and what was reported. */
const send = async ({ type = 'order.placed', headers = {}, body = JSON.stringify(order), outcome }: Sent) => {
  const events: IdentifiedEvent[] = [];
  const reports: RequestReport[] = [];
  const response = await acceptEvent(
    {
      pathParameters: { type },
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : body.toString('base64'),
      isBase64Encoded: typeof body !== 'string',
      requestContext: { requestId: 'r-1' },
    } as unknown as APIGatewayProxyEventV2,
    {
      events: known,
      maximumBodyBytes: 1000,
      deadline: Date.now() + 1000,
      onSettled: (report) => reports.push(report),
      sink: {
        accept: async (event) => {
          events.push(event);
          return outcome ?? { status: 'accepted' };
        },
      },
    },
  );
  return {
    status: response.statusCode,
    headers: response.headers,
    answer: JSON.parse(response.body ?? ''),
    events,
    reports,
  };
};

describe('an event that is sent over HTTP', () => {
  it('is accepted with the id that it is published under', async () => {
    const { status, answer, events, reports } = await send({
      headers: { 'idempotency-key': '"8e03978e-40d5-43dd-bc93-6894a57f9324"' },
    });
    expect([status, answer]).toEqual([202, { messageId: '8e03978e-40d5-43dd-bc93-6894a57f9324' }]);
    expect(events).toMatchObject([
      { id: '8e03978e-40d5-43dd-bc93-6894a57f9324', type: 'order.placed', contentType: 'application/json' },
    ]);
    expect(reports).toMatchObject([{ status: 202, messageId: '8e03978e-40d5-43dd-bc93-6894a57f9324' }]);
  });

  it('gets an id of its own where the caller gives none', async () => {
    const first = await send({});
    const second = await send({});
    expect(first.answer.messageId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/);
    expect(second.answer.messageId).not.toBe(first.answer.messageId);
  });

  it('is published byte by byte as it was sent, with members that the schema does not know', async () => {
    const body = `{ "orderId":"\\u00e9",\n "lines": [], "more": 1.50 }`;
    const { events } = await send({ body });
    expect(String(events[0]?.data)).toBe(body);
    const inBase64 = await send({ body: Buffer.from(body) });
    expect(String(inBase64.events[0]?.data)).toBe(body);
  });

  it('stays in the trace of its caller, or begins one that the log names', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const inTrace = await send({ headers: { traceparent, tracestate: 'a=b' } });
    expect(inTrace.events).toMatchObject([{ traceparent, tracestate: 'a=b' }]);
    expect(inTrace.reports).toMatchObject([{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736' }]);
    const malformed = await send({ headers: { traceparent: 'x', tracestate: 'a=b' } });
    expect(malformed.events[0]?.traceparent).toContain(malformed.reports[0]?.traceId);
    expect(malformed.events[0]?.tracestate).toBeUndefined();
  });
});

describe('a request is refused, and nothing published,', () => {
  const refused = async (sent: Sent) => {
    const { status, headers, answer, events, reports } = await send(sent);
    expect(events).toEqual([]);
    expect(headers?.['content-type']).toBe('application/problem+json');
    expect(answer).toMatchObject({ status, title: expect.any(String), detail: expect.any(String), requestId: 'r-1' });
    expect(reports).toMatchObject([{ status }]);
    return { status, headers, answer };
  };

  it.each(['order.unknown', '', '__proto__', 'constructor', 'toString'])(
    'for the unknown type %p: 404',
    async (type) => {
      const { status, answer } = await refused({ type });
      expect(status).toBe(404);
      expect(answer.detail).toContain('known are order.placed');
    },
  );

  it('for a body that the schema refuses: 422 with a pointer to each place', async () => {
    const { status, answer } = await refused({
      body: JSON.stringify({ orderId: '', 'a/b~c': 1, lines: [{ quantity: 1 }, { quantity: 'x' }] }),
    });
    expect(status).toBe(422);
    expect(answer.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '#/orderId',
      '#/a~1b~0c',
      '#/lines/1/quantity',
    ]);
    expect((await refused({ body: '[]' })).answer.errors).toMatchObject([{ pointer: '#' }]);
  });

  it('with at most 20 of its problems', async () => {
    const lines = Array.from({ length: 40 }, () => ({}));
    const { answer } = await refused({ body: JSON.stringify({ orderId: 'o', lines }) });
    expect(answer.errors).toHaveLength(20);
    expect(answer.detail).toContain('40 problems');
  });

  it.each([
    ['{oops', 'position 1'],
    ['', 'it is empty'],
    [Buffer.from([0x22, 0xff, 0x22]), 'not valid UTF-8'],
  ])('for %p, which is not JSON: 400', async (body, detail) => {
    const { status, answer } = await refused({ body });
    expect([status, answer.detail]).toEqual([400, expect.stringContaining(detail)]);
  });

  it.each<Record<string, string>>([
    { 'content-type': 'text/plain' },
    { 'content-type': '' },
    { 'content-type': 'application/json; charset=latin1' },
    { 'content-encoding': 'gzip' },
  ])('for %p: 415 with what is taken', async (headers) => {
    expect(await refused({ headers })).toMatchObject({ status: 415, headers: { accept: 'application/json' } });
  });

  it('for a body that the broker would not take: 413 with the limit', async () => {
    const { status, answer } = await refused({ body: JSON.stringify({ ...order, note: 'x'.repeat(1000) }) });
    expect([status, answer.limitBytes]).toEqual([413, 1000]);
  });

  it.each(['', '""', 'a b', 'a,b', 'é', 'x'.repeat(256)])('for the idempotency key %p: 400', async (key) => {
    const { status, answer } = await refused({ headers: { 'idempotency-key': key } });
    expect([status, answer.detail]).toEqual([400, expect.stringContaining('Idempotency-Key')]);
  });
});

describe('when the event is not taken over', () => {
  const error = new Error('broker is away');

  it('the caller is told to try again under the same id', async () => {
    const { status, headers, answer, reports } = await send({ outcome: { status: 'unavailable', error } });
    expect([status, headers?.['retry-after']]).toEqual([503, '5']);
    expect(answer.detail).toContain(`Idempotency-Key: ${answer.messageId}`);
    expect(JSON.stringify(answer)).not.toContain('broker is away');
    expect(reports).toMatchObject([{ status: 503, error }]);
  });

  it('because it is too large, the limit is named; because it never can be, that is an error of ours', async () => {
    const tooLarge = await send({ outcome: { status: 'too-large', error, bytes: 900, limitBytes: 800 } });
    expect([tooLarge.status, tooLarge.answer.limitBytes]).toEqual([413, 800]);
    expect(await send({ outcome: { status: 'refused', error } })).toMatchObject({ status: 500 });
  });
});

it('whatever is sent is answered, and only what is valid is published', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      ),
      fc.option(fc.string(), { nil: undefined }),
      async (body, key) => {
        const { status, events } = await send({ body, headers: key === undefined ? {} : { 'idempotency-key': key } });
        expect([400, 413, 422]).toContain(status);
        expect(events).toEqual([]);
      },
    ),
  );
});
