import { secretCredentials } from '../../../lib/messaging/amqp/broker-credentials.ts';
import { applyTopology } from '../../../lib/operations/topology/apply.ts';
import { summary } from '../../../lib/operations/topology/apply-report.ts';
import { ManagementClient } from '../../../lib/operations/topology/management-client.ts';
import { customResource } from '../custom-resource/custom-resource.ts';
import { readProperties } from './properties.ts';
import { userPasswords } from './user-passwords.ts';

/** Declares the topology on the broker when the stack is created and whenever the declaration changes. */
export const handler = customResource({
  apply: async ({ ResourceProperties }, { logger, signal, remainingSeconds }) => {
    const { managementUrl, adminSecretArn, topology, userSecretArns } = readProperties(ResourceProperties);
    const [admin, passwords] = await Promise.all([
      secretCredentials(adminSecretArn).read(),
      userPasswords(userSecretArns),
    ]);
    const client = new ManagementClient({ url: managementUrl, ...admin });
    const report = await applyTopology({
      client,
      topology,
      passwords,
      // A binding that is no longer declared must not go on feeding its queue. The vhost is this stack's own, except for the default one.
      prune: topology.vhost.name !== '/',
      timeoutSeconds: remainingSeconds(),
      signal,
      onRetry: ({ error }) => logger.warn(`broker not ready: ${error.message}`),
      onResult: ({ change: { action, kind, name }, outcome, reason }) =>
        logger.info(`${action} ${kind} ${name}: ${outcome}`, { reason }),
    }).finally(() => client.close());
    return { Summary: summary(report) };
  },
  // Messages outlive a stack: what was declared stays on the broker until somebody deletes it there.
  remove: async () => ({ Summary: 'everything left as it is' }),
});
