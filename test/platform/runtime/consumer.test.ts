import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { z } from 'zod';
import { MemoryClaimStore } from '../../../lib/platform/runtime/claims/memory-claim-store.ts';
import { type ConsumerSurroundings, consumer } from '../../../lib/platform/runtime/consumer.ts';
import { ConfigurationError, NotARabbitMqEventError } from '../../../lib/platform/runtime/errors.ts';
import { systemClock } from '../../../lib/platform/time/clock.ts';
import { failed, message, RecordingPublisher, summary } from './batch/harness.ts';
import { eventOf, type Published } from './lambda-event.ts';

const context = (remaining = 60_000) =>
  ({ awsRequestId: 'request-1', functionName: 'f', getRemainingTimeInMillis: () => remaining }) as Context;
const environment = {
  BROKER_ENDPOINTS: 'amqps://localhost:5671',
  BROKER_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:s',
  BROKER_VHOST: 'events',
  CLAIM_TABLE: 'claims',
};
const surroundings = (publisher = new RecordingPublisher()): Required<ConsumerSurroundings> => ({
  environment: {},
  services: { claims: new MemoryClaimStore(), publisher: async () => publisher, clock: systemClock, random: () => 0.5 },
});
const batch = (...messages: Published[]) => eventOf({ q: messages });

/** Lines that went to the log while the test ran, as objects. */
function logged(): Record<string, unknown>[] {
  return output.mock.calls.flatMap(([chunk]) =>
    String(chunk)
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line): Record<string, unknown> => JSON.parse(line)),
  );
}
const quiet = () => true;
const output = jest.spyOn(process.stdout, 'write').mockImplementation(quiet);
const errors = jest.spyOn(process.stderr, 'write').mockImplementation(quiet);
afterEach(() => {
  output.mockClear();
  errors.mockClear();
});

describe('a consumer', () => {
  it('validates, handles and reports; failed messages are handed on', async () => {
    const publisher = new RecordingPublisher();
    const seen: unknown[] = [];
    const handler = consumer(
      {
        queue: 'q',
        message: z.object({ orderId: z.coerce.number() }),
        handle: async ({ body }) => {
          seen.push(body.orderId);
          if (body.orderId === 2) throw new Error('x');
        },
        retry: { maxAttempts: 2 },
      },
      surroundings(publisher),
    );
    const messages = [message('a', { body: '{"orderId":"1"}' }), message('b', { body: '{"orderId":2}' })];
    expect(await handler(batch(...messages, message('c', { body: '[]' })), context())).toMatchObject({
      done: 1,
      retried: 1,
    });
    expect(seen).toEqual([1, 2]);
    expect(publisher.published.map(summary)).toEqual([
      { id: 'b', to: '5 s q', attempt: 2 },
      { id: 'c', to: 'dead-letter q', attempt: 1, reason: 'invalid' },
    ]);
  });

  it('without a schema gets the bytes as they were published', async () => {
    const bodies: unknown[] = [];
    const handler = consumer({ queue: 'q', handle: ({ body }) => void bodies.push(body) }, surroundings());
    const odd = message('a', { body: Buffer.from([1, 255]), properties: { contentEncoding: 'nonsense' } });
    expect(await handler(batch(odd), context())).toMatchObject({ done: 1 });
    expect(bodies).toEqual([Buffer.from([1, 255])]);
  });

  it('takes the retry schedule of its stack where it has none of its own', async () => {
    const publisher = new RecordingPublisher();
    const handle = () => {
      throw new Error('x');
    };
    const { services } = surroundings(publisher);
    const handler = consumer(
      { queue: 'q', handle },
      { services, environment: { RETRY_POLICY: '{"baseDelaySeconds":100,"maxDelaySeconds":100}' } },
    );
    await handler(batch(message('a')), context());
    expect(publisher.published.map(summary)).toEqual([{ id: 'a', to: '50 s q', attempt: 2 }]);
  });

  it('refuses what is not an event of RabbitMQ instead of doing nothing', async () => {
    const handler = consumer({ queue: 'q', handle: () => {} }, surroundings());
    await expect(handler({ Records: [] } as never, context())).rejects.toThrow(NotARabbitMqEventError);
    await expect(handler(undefined as never, context())).rejects.toThrow(NotARabbitMqEventError);
  });

  it('may be wrapped in further middlewares', async () => {
    const order: string[] = [];
    const handler = consumer({ queue: 'q', handle: () => void order.push('handle') }, surroundings()).use({
      before: () => void order.push('before'),
      after: () => void order.push('after'),
    });
    await handler(batch(message('a')), context());
    expect(order).toEqual(['before', 'handle', 'after']);
  });
});

describe('what can be seen of it', () => {
  it('is one line of metrics a batch, by consumer, with the reasons of dead letters', async () => {
    const handler = consumer({ queue: 'q', message: z.object({}), handle: () => {} }, surroundings());
    await handler(
      batch(message('a', { body: '{}' }), message('b', { body: '{' }), message('c', { body: '1' })),
      context(),
    );
    const lines = logged().filter((line) => '_aws' in line);
    expect(lines).toEqual([
      expect.objectContaining({
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'Messaging',
              Dimensions: [['consumer']],
              Metrics: [
                { Name: 'Done', Unit: 'Count' },
                { Name: 'DeadLettered', Unit: 'Count' },
              ],
            },
          ],
        },
        consumer: 'q',
        Done: 1,
        DeadLettered: 2,
        deadLettered_undecodable: '1',
        deadLettered_invalid: '1',
      }),
    ]);
  });

  it('counts retries by the attempt that failed, late ones together', async () => {
    const handle = () => {
      throw new Error('x');
    };
    const handler = consumer({ queue: 'q', handle, retry: { maxAttempts: 9 } }, surroundings());
    const messages = [undefined, 2, 2, 5, 7].map((attempt, index) =>
      message(`m${index}`, attempt === undefined ? {} : { headers: { 'x-attempt': attempt } }),
    );
    await handler(batch(...messages), context());
    expect(logged().find((line) => '_aws' in line)).toMatchObject({
      Retried: 5,
      RetriedAfterAttempt1: 1,
      RetriedAfterAttempt2: 2,
      RetriedAfterAttempt5: 2,
    });
  });

  it('counts what came back, also when the batch fails', async () => {
    const publisher = new RecordingPublisher();
    publisher.answer = () => failed;
    const handle = () => {
      throw new Error('x');
    };
    const handler = consumer({ queue: 'q', handle }, surroundings(publisher));
    await expect(handler(batch(message('a')), context())).rejects.toThrow(/has to come back/);
    expect(logged().find((line) => '_aws' in line)).toMatchObject({ Done: 0, Returned: 1 });
  });

  it("is a line for each message that was handed on, and the handler's own lines say which message they are about", async () => {
    const handler = consumer(
      {
        queue: 'q',
        handle: ({ id }, { logger }) => {
          logger.info('looking', { detail: 1 });
          if (id === 'b') throw new RangeError('out of stock');
        },
      },
      surroundings(),
    );
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await handler(batch(message('a', { headers: { traceparent } }), message('b')), context());
    const lines = logged();
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'INFO',
        message: 'looking',
        detail: 1,
        consumer: 'q',
        messageId: 'a',
        attempt: 1,
        queue: 'q',
        trace_id: '0af7651916cd43dd8448eb211c80319c',
        function_request_id: 'request-1',
      }),
      expect.objectContaining({ message: 'looking', messageId: 'b' }),
      expect.objectContaining({ Retried: 1 }),
    ]);
    const warnings = errors.mock.calls.map(([line]) => JSON.parse(String(line)));
    expect(warnings).toEqual([
      expect.objectContaining({
        level: 'WARN',
        message: 'message will be retried',
        messageId: 'b',
        attempt: 1,
        queue: 'q',
        delaySeconds: 5,
        failure: {
          type: 'RangeError',
          message: 'out of stock',
          stack: expect.stringContaining('RangeError: out of stock'),
        },
      }),
    ]);
  });
});

describe('a deployed consumer says which setting is missing', () => {
  it.each(Object.keys(environment))('%s', async (name) => {
    const handler = consumer({ queue: 'q', handle: () => {} }, { environment: { ...environment, [name]: undefined } });
    await expect(handler(batch(message('a')), context())).rejects.toThrow(ConfigurationError);
    await expect(handler(batch(message('a')), context())).rejects.toThrow(`environment variable ${name} is not set`);
  });

  it('and needs no claim table without claims', async () => {
    const handled: string[] = [];
    const handler = consumer(
      { queue: 'q', claims: 'none', handle: ({ id }) => void handled.push(id) },
      { environment: { ...environment, CLAIM_TABLE: undefined } },
    );
    expect(await handler(batch(message('a')), context())).toMatchObject({ done: 1 });
    expect(handled).toEqual(['a']);
  });

  it('and refuses a wrong retry policy', async () => {
    const handler = consumer(
      { queue: 'q', claims: 'none', handle: () => {} },
      { environment: { ...environment, RETRY_POLICY: '{"maxAttempts":0}' } },
    );
    await expect(handler(batch(), context())).rejects.toThrow('RETRY_POLICY.maxAttempts is 0');
  });
});

describe('wrong options are refused at once, naming option, value and limit', () => {
  const handle = () => {};
  it.each([
    [undefined, 'consumer takes an object of options, got undefined'],
    [{ handle }, 'queue is undefined; it takes the name of a queue'],
    [{ queue: '', handle }, 'queue has 0 bytes; it takes 1 to 223'],
    [{ queue: 'ü'.repeat(112), handle }, 'queue has 224 bytes; it takes 1 to 223'],
    [{ queue: 'q' }, 'handle is undefined; it takes a function'],
    [{ queue: 'q', handle, message: {} }, 'message is not a Standard Schema'],
    [{ queue: 'q', handle, message: null }, 'message is not a Standard Schema'],
    [{ queue: 'q', handle, concurrency: 0 }, 'concurrency is 0; it takes a whole number from 1 to 1000'],
    [{ queue: 'q', handle, concurrency: 2.5 }, 'concurrency is 2.5; it takes a whole number from 1 to 1000'],
    [{ queue: 'q', handle, orderBy: 'id' }, 'orderBy is "id"; it takes a function'],
    [{ queue: 'q', handle, claims: true }, "claims is true; it takes 'table' or 'none'"],
    [{ queue: 'q', handle, retry: { maxAttempts: 0 } }, 'retry.maxAttempts is 0'],
    [{ queue: 'q', handle, maxBodyBytes: -1 }, 'maxBodyBytes is -1; it takes a whole number from 1 to 1073741824'],
    [
      { queue: 'q', handle, concurency: 5 },
      'concurency is not an option; there are queue, handle, message, concurrency',
    ],
  ])('%j', (options, problem) => {
    const make = () => consumer(options as never);
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(problem);
  });

  it('schemas that are functions are schemas too', () => {
    const schema = Object.assign(() => {}, {
      '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
    });
    expect(() => consumer({ queue: 'q', handle, message: schema as never }, surroundings())).not.toThrow();
  });
});
