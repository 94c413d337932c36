import { readFileSync } from 'node:fs';
import { type RunningBroker, startBroker } from './broker/broker.ts';
import type { Installation } from './broker/installations.ts';
import type { BrokerAccess } from './broker-access.ts';

/** Starts a private broker for the run. */
export const startOwnBroker = async (options: {
  readonly directory: string;
  readonly admin: { readonly username: string; readonly password: string };
  readonly settings: Record<string, string>;
  readonly installation?: Installation;
}): Promise<{ readonly running: RunningBroker; readonly access: BrokerAccess }> => {
  const running = await startBroker(options);
  const { host, amqpsPort, managementPort, caFile, version, admin } = running;
  return {
    running,
    access: {
      address: { protocol: 'amqps', host, port: amqpsPort, ca: readFileSync(caFile, 'utf8') },
      amqpUrl: `amqps://${host}:${amqpsPort}`,
      managementUrl: `https://${host}:${managementPort}`,
      caFile,
      version,
      admin,
    },
  };
};
