import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** TCP ports on the loopback interface. */
export interface BrokerPorts {
  amqps: number;
  amqp: number;
  /** HTTPS */
  management: number;
  managementHttp: number;
  /** Erlang's own protocol between nodes and command line tools */
  distribution: number;
  /** Erlang's port mapper daemon */
  epmd: number;
}

/** Below the ports that Linux (32768 up) and macOS (49152 up) hand to outgoing connections, which could take them while a broker restarts. */
const range = { from: 20_000, below: 32_700 };

/** Ports that nobody listens on at this moment. Somebody may take them before the broker does: be ready to ask again. */
export async function freeBrokerPorts(): Promise<BrokerPorts> {
  const [amqps, amqp, management, managementHttp, distribution, epmd] = await freePorts(6);
  if (!amqps || !amqp || !management || !managementHttp || !distribution || !epmd)
    throw new Error('too few free ports');
  return { amqps, amqp, management, managementHttp, distribution, epmd };
}

async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tried = 0; found.size < count; tried += 1) {
    if (tried > 1000) {
      throw new Error(
        `found ${found.size} of ${count} free ports between ${range.from} and ${range.below} on 127.0.0.1`,
      );
    }
    const port = randomInt(range.from, range.below);
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
