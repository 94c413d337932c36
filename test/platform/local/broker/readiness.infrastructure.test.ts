import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as listenOn, type Server } from 'node:net';
import { afterAll, describe, expect, it } from '@jest/globals';
import { freeBrokerPorts } from '../../../../lib/platform/local/broker/ports.ts';
import { isReady } from '../../../../lib/platform/local/broker/readiness.ts';

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

const admin = { username: 'admin', password: 'secret' };

describe('a broker is ready', () => {
  it('when it says that it listens on all ports, not when something in front of it accepts connections', async () => {
    const ports = await freeBrokerPorts();
    const answer = { status: 503, body: 'not yet' };
    // As a container engine's proxy does, from the moment when the container starts.
    for (const port of [ports.amqp, ports.amqps, ports.management])
      servers.push(listenOn((socket) => socket.destroy()).listen(port, '127.0.0.1'));
    const management = createServer((_, response) =>
      response.writeHead(answer.status, { connection: 'close' }).end(answer.body),
    );
    servers.push(management.listen(ports.managementHttp, '127.0.0.1'));
    await Promise.all(servers.map((server) => once(server, 'listening')));
    const says = (status: number, listeners: readonly number[]): Promise<boolean> => {
      answer.status = status;
      answer.body = JSON.stringify({ listeners: listeners.map((port) => ({ port })) });
      return isReady(ports, admin);
    };

    await expect(isReady(ports, admin)).resolves.toBe(false);
    await expect(says(200, [])).resolves.toBe(false);
    await expect(says(200, [ports.amqp, ports.managementHttp, ports.management])).resolves.toBe(false);
    await expect(says(200, [ports.amqp, ports.amqps, ports.managementHttp, ports.management])).resolves.toBe(true);
  });
});
