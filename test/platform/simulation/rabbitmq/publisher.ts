import { publisherOver } from '../../../../lib/platform/runtime/amqp/amqp-publisher.ts';
import { BrokerConnection } from '../../../../lib/platform/runtime/amqp/broker-connection.ts';
import type { Credentials } from '../../../../lib/platform/runtime/amqp/broker-credentials.ts';
import { connectionSettingsFromUrl } from '../../../../lib/platform/runtime/amqp/connection-settings.ts';
import type { MessagePublisher } from '../../../../lib/platform/runtime/publisher.ts';
import { ClientConnection, type Network } from './client-connection.ts';

const settings = connectionSettingsFromUrl('amqps://user:password@broker:5671/%2F');

/** The real publisher over the real connection; amqplib and everything beyond it are modelled. */
export function simulatedPublisher(network: Network): MessagePublisher {
  const { process, random, credentials = settings.credentials } = network;
  const services = { clock: process.clock, random: random.next };
  const connection = new BrokerConnection({ ...settings, credentials }, { ...services, connect: connectOf(network) });
  return publisherOver(connection, services);
}

/** amqplib's `connect`: TCP, TLS and login take several round trips. */
export const connectOf =
  (network: Network) =>
  async (login: unknown, options?: object): Promise<never> => {
    const { process, door, random, permits } = network;
    await process.settle(5 + random.next() * 40, () => {
      if (door.isAway) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      if (permits?.(login as Credentials) === false)
        throw new Error('Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED"');
    });
    const { signal } = options as { readonly signal: AbortSignal };
    return new ClientConnection(network, signal).asChannelModel as never;
  };
