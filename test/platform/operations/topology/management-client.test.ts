import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it, test } from '@jest/globals';
import { ManagementClient } from '../../../../lib/platform/operations/topology/management-client.ts';
import { ManagementError } from '../../../../lib/platform/operations/topology/management-error.ts';
import { retrying } from '../../../../lib/platform/operations/topology/retry.ts';
import {
  BrokerNotReadyError,
  type BrokerOverview,
  waitForBroker,
} from '../../../../lib/platform/operations/topology/wait-for-broker.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

/** A server on the loopback that answers as told; brokers in trouble are hard to come by. */
async function clientOf(
  listener: RequestListener,
  settings: { timeoutMilliseconds?: number } = {},
): Promise<ManagementClient> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new ManagementClient({ url, username: 'admin', password: 'the-password', ...settings });
  open.push(client, { close: () => server.closeAllConnections() }, { close: () => server.close() });
  return client;
}

const failureOf = async (request: Promise<unknown>): Promise<ManagementError> => {
  const error = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ManagementError);
  return error as ManagementError;
};

describe('a name in a path', () => {
  it('may hold any character', async () => {
    const seen: (string | undefined)[] = [];
    const client = await clientOf((request, response) => {
      seen.push(request.url);
      response.end('{}');
    });
    await client.get(['queues', '/', 'a/b?c#d%e é']);
    await client.get(['queues', 'v'], { disable_stats: 'true' });
    expect(seen).toEqual(['/api/queues/%2F/a%2Fb%3Fc%23d%25e%20%C3%A9', '/api/queues/v?disable_stats=true']);
  });
});

describe('a refusal', () => {
  const answering = (status: number, body: string) => clientOf((_, response) => response.writeHead(status).end(body));

  it("is reported with request and broker's reason, and never with the password", async () => {
    const client = await answering(
      400,
      '{"error":"bad_request","reason":"Validation failed\\n\\n-1 is not a valid delivery limit\\n"}',
    );
    const error = await failureOf(client.put(['policies', 'v', 'p'], { definition: {} }));
    expect(error).toMatchObject({
      status: 400,
      retryable: false,
      reason: 'Validation failed -1 is not a valid delivery limit',
    });
    expect(error.message).toBe(
      `PUT ${client.broker}/api/policies/v/p: 400 Validation failed -1 is not a valid delivery limit`,
    );
    expect(`${error.message}${error.stack}${JSON.stringify(error)}`).not.toContain('the-password');
  });

  it('of the credentials says what to look at and is final', async () => {
    const client = await answering(401, '{"error":"not_authorized","reason":"Login failed"}');
    const error = await failureOf(client.get(['overview']));
    expect(error.message).toContain(
      "user 'admin' is refused (Login failed): wrong password, or a user without the tag administrator",
    );
    expect(error.retryable).toBe(false);
  });

  it('by a redirect is not followed', async () => {
    const client = await clientOf((_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end());
    expect(await failureOf(client.get(['overview']))).toMatchObject({ status: 302, retryable: false });
  });

  test.each([500, 502, 503, 504, 429])('with %d may pass', async (status) => {
    expect((await failureOf((await answering(status, '<html>busy</html>')).get(['overview']))).retryable).toBe(true);
  });

  it('to delete what is not there is a success', async () => {
    const client = await answering(404, '{"error":"Object Not Found","reason":"Not Found"}');
    await expect(client.delete(['queues', 'v', 'q'])).resolves.toBeUndefined();
    expect((await failureOf(client.get(['queues', 'v', 'q']))).status).toBe(404);
  });
});

describe('a broker in trouble', () => {
  it('that is not there may come', async () => {
    const client = new ManagementClient({ url: 'http://127.0.0.1:1', username: 'admin', password: 'p' });
    const error = await failureOf(client.get(['overview']));
    expect(error.retryable).toBe(true);
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('that does not answer is given up after the time limit', async () => {
    const client = await clientOf(() => undefined, { timeoutMilliseconds: 100 });
    const error = await failureOf(client.get(['overview']));
    expect(error).toMatchObject({ retryable: true, reason: 'no answer within 100 ms' });
  });

  it('that cuts the answer off is an error', async () => {
    const client = await clientOf((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"a":', () => response.destroy());
    });
    expect((await failureOf(client.get(['overview']))).retryable).toBe(true);
  });

  it('that answers something else than JSON is an error', async () => {
    const client = await clientOf((_, response) => response.end('<html>'));
    expect(await failureOf(client.get(['overview']))).toMatchObject({ reason: 'not JSON: <html>', retryable: false });
  });
});

describe('a connection that was kept open', () => {
  /** Answers the first request on each connection and treats the next one on it as told. */
  async function answeringOnce(second: (socket: Socket) => void) {
    const requests: string[] = [];
    const seen = new Set<Socket>();
    const client = await clientOf((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      if (seen.has(request.socket)) return second(request.socket);
      seen.add(request.socket);
      response.end('{"answered":true}');
    });
    return { client, requests };
  }

  const ways: [string, (socket: Socket) => void][] = [
    ['closes', (socket) => socket.end()],
    ['resets', (socket) => socket.resetAndDestroy()],
  ];

  it.each(ways)('and that the broker %s as the next request comes: the request is sent again', async (_, second) => {
    const { client, requests } = await answeringOnce(second);
    await client.get(['overview']);
    await expect(client.get(['overview'])).resolves.toEqual({ answered: true });
    await client.put(['vhosts', 'v']);
    await client.delete(['vhosts', 'v']);
    await expect(client.post(['bindings'], {})).resolves.toEqual({ answered: true });
    expect(requests.filter((request) => request === 'PUT /api/vhosts/v').length).toBeLessThanOrEqual(2);
  });

  it('is not given up twice: the second time is on a new connection', async () => {
    const { client, requests } = await answeringOnce((socket) => socket.end());
    await Promise.all(Array.from({ length: 4 }, () => client.get(['overview'])));
    await Promise.all(Array.from({ length: 4 }, () => client.get(['nodes'])));
    expect(requests.filter((request) => request.endsWith('/nodes'))).toHaveLength(8);
  });

  it('fails the request where a part of the answer has come', async () => {
    const { client, requests } = await answeringOnce((socket) => socket.end('HTTP/1.1 200 OK\r\n'));
    await client.get(['overview']);
    expect(await failureOf(client.put(['vhosts', 'v']))).toMatchObject({ retryable: true });
    expect(requests).toHaveLength(2);
  });

  it('fails the request where the answer does not come in time', async () => {
    const seen = new Set<Socket>();
    let requests = 0;
    const client = await clientOf(
      ({ socket }, response) => {
        requests += 1;
        if (!seen.has(socket)) response.end('{}');
        seen.add(socket);
      },
      { timeoutMilliseconds: 100 },
    );
    await client.get(['overview']);
    expect(await failureOf(client.get(['overview']))).toMatchObject({ reason: 'no answer within 100 ms' });
    expect(requests).toBe(2);
  });

  it('fails the request where it was new', async () => {
    let requests = 0;
    const client = await clientOf(({ socket }) => {
      requests += 1;
      socket.destroy();
    });
    expect(await failureOf(client.get(['overview']))).toMatchObject({ reason: 'socket hang up', retryable: true });
    expect(requests).toBe(1);
  });
});

describe('an address', () => {
  test.each([
    ['broker', "'broker' is not an address of a management API: take https://host:port"],
    ['admin:pw1234@broker', 'has the scheme admin: the management API is reached by https:'],
    ['https://admin:pw1234@broker', 'holds credentials: take them out'],
    ['amqps://broker:5671', 'has the scheme amqps: the management API is reached by https:'],
    ['https://broker/api/', 'goes on with a path: take scheme, host and port only'],
    ['http://broker:15672', 'would send the password unencrypted to another machine: take https://'],
  ])('%s is refused', (url, message) => {
    const make = () => new ManagementClient({ url, username: 'admin', password: 'p' });
    expect(make).toThrow(message);
    expect(make).not.toThrow(/pw1234/u);
  });
});

describe('waiting for a broker', () => {
  const notReady = new ManagementError('GET /api/overview', { reason: 'starting', status: 503, retryable: true });
  /** A broker whose overview is what these give, one after the other, the last one for ever. */
  const brokerOf = (...answers: (BrokerOverview | ManagementError)[]) => {
    let requests = 0;
    const get = async <T>() => {
      const answer = answers[Math.min(requests++, answers.length - 1)];
      if (answer instanceof ManagementError) throw answer;
      return answer as T;
    };
    return { broker: 'https://broker', get };
  };

  it('goes on until it answers, and says what for', async () => {
    const clock = new VirtualClock();
    const notices: string[] = [];
    const waiting = waitForBroker(
      brokerOf(notReady, notReady, notReady, { rabbitmq_version: '4.3.5', cluster_name: 'c' } as BrokerOverview),
      {
        deadline: clock.now() + 20_000,
        clock,
        random: () => 0.5,
        onRetry: ({ error, attempt, nextInMilliseconds }) =>
          notices.push(`${attempt} ${error.reason}, again in ${nextInMilliseconds}`),
      },
    );
    await clock.advance(125 + 250 + 500);
    expect((await waiting).rabbitmq_version).toBe('4.3.5');
    expect(notices).toEqual(['1 starting, again in 125', '2 starting, again in 250', '3 starting, again in 500']);
  });

  it('ends at the deadline with the last reason', async () => {
    const clock = new VirtualClock();
    const failure = waitForBroker(brokerOf(notReady), { deadline: clock.now() + 800, clock }).catch(
      (reason: unknown) => reason,
    );
    await clock.advance(800);
    const error = await failure;
    expect(error).toBeInstanceOf(BrokerNotReadyError);
    expect(String(error)).toContain('did not become ready within 1 s; last it said: starting');
  });

  it('does not wait where waiting does not help', async () => {
    const client = await clientOf((_, response) => response.writeHead(401).end('{}'));
    const clock = new VirtualClock();
    const error = await failureOf(waitForBroker(client, { deadline: clock.now() + 60_000, clock }));
    expect(error.status).toBe(401);
  });

  it('ends when it is aborted', async () => {
    const clock = new VirtualClock();
    const abort = new AbortController();
    const waiting = waitForBroker(brokerOf(notReady), {
      deadline: clock.now() + 60_000,
      clock,
      random: () => 0.5,
      signal: abort.signal,
    });
    const ended = expect(waiting).rejects.toThrow(/abort/iu);
    await clock.advance(10);
    abort.abort();
    await ended;
    expect(clock.waiting).toBe(0);
  });
});

describe('repeating', () => {
  it('passes other errors on at once', async () => {
    let calls = 0;
    const request = () => {
      calls += 1;
      return Promise.reject(new RangeError('mine'));
    };
    const clock = new VirtualClock();
    await expect(retrying(request, { deadline: clock.now() + 60_000, clock })).rejects.toThrow('mine');
    expect(calls).toBe(1);
  });

  it('waits longer each time, up to 5 s', async () => {
    const clock = new VirtualClock();
    const waits: number[] = [];
    const lasting = new ManagementError('GET /', { reason: 'busy', retryable: true });
    const ended = retrying(() => Promise.reject(lasting), {
      deadline: clock.now() + 30_000,
      clock,
      random: () => 0.9999,
      onRetry: ({ nextInMilliseconds }) => waits.push(nextInMilliseconds),
    }).catch((error: unknown) => error);
    await clock.advance(30_000);
    expect(await ended).toBe(lasting);
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000, 5000]);
  });
});
