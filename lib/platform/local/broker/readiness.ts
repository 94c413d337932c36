import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Credentials } from './configuration.ts';
import type { BrokerPorts } from './ports.ts';

/**
 * Whether the broker itself says that clients can connect. A port that accepts connections says nothing where a container engine listens in front.
 * Never rejects: "not yet" is `false`.
 */
export async function isReady(ports: BrokerPorts, admin: Credentials): Promise<boolean> {
  const listening = await listeningPorts(ports.managementHttp, admin);
  return [ports.amqp, ports.amqps, ports.management].every((port) => listening.includes(port));
}

/** Asks again and again until `condition` holds or `abandoned` says that there is no point; false when the time is up. */
export async function waitUntil(
  condition: () => Promise<boolean>,
  abandoned: () => boolean,
  timeoutMilliseconds: number,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMilliseconds;
  while (performance.now() < deadline && !abandoned()) {
    if (await condition()) return true;
    await sleep(50);
  }
  return false;
}

export function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

/** Of the node, as its management API tells; none while that does not answer. */
async function listeningPorts(managementPort: number, admin: Credentials): Promise<number[]> {
  const credentials = Buffer.from(`${admin.username}:${admin.password}`).toString('base64');
  try {
    const response = await fetch(`http://127.0.0.1:${managementPort}/api/overview`, {
      headers: { authorization: `Basic ${credentials}` },
      signal: AbortSignal.timeout(2000),
    });
    const { listeners = [] } = (await response.json()) as { listeners?: { port: number }[] };
    return listeners.map(({ port }) => port);
  } catch {
    // Refused, reset, late or half of an answer: the caller asks again until its time is up and then shows the broker's log.
    return [];
  }
}
