import { createHash } from 'node:crypto';
import { type ApplySettings, applyTopology } from '../../operations/topology/apply.ts';
import { summary } from '../../operations/topology/apply-report.ts';
import { ManagementClient } from '../../operations/topology/management-client.ts';
import { removeUndeclared } from '../../operations/topology/remove-undeclared.ts';
import { secretCredentials } from '../../runtime/amqp/broker-credentials.ts';
import type { Topology } from '../../topology/model.ts';
import { type ApplyContext, customResource } from '../custom-resource/custom-resource.ts';
import { readConfiguration } from '../read-configuration.ts';
import { readProperties, type TopologyProperties } from './properties.ts';
import { userPasswords } from './user-passwords.ts';

/**
 * Declares the topology on the broker when the stack is created and whenever the declaration changes. What is no longer declared goes in a second step, when
 * CloudFormation has deleted the event source mappings that are no longer in the template: until then they read queues, and log in as users, that are to go.
 */
export const handler = customResource({
  version: ({ Topology: json }) => createHash('sha256').update(String(json)).digest('hex').slice(0, 16),
  apply: async ({ RequestType, ResourceProperties }, context) => {
    const properties = readProperties(ResourceProperties);
    const passwords = await userPasswords(properties.userSecretArns);
    const report = await withBroker(properties, context, (settings) =>
      applyTopology({
        ...settings,
        topology: properties.topology,
        passwords,
        // A binding that is no longer declared must not go on feeding its queue.
        prune: isOwn(properties.topology) && (RequestType === 'Create' || 'routes'),
      }),
    );
    return { Summary: summary(report) };
  },
  remove: async ({ ResourceProperties }, context) => {
    const properties = readProperties(ResourceProperties);
    const declared = readConfiguration() as Topology;
    const isReplaced = JSON.stringify(properties.topology) !== JSON.stringify(declared);
    // Messages outlive a stack: what was declared stays on the broker until somebody deletes it there.
    if (!isReplaced || !isOwn(declared)) return { Summary: 'everything left as it is' };
    const report = await withBroker(properties, context, (settings) =>
      removeUndeclared({ ...settings, topology: declared }),
    );
    return { Summary: summary(report) };
  },
});

/** The default virtual host may be others', too. */
const isOwn = ({ vhost }: Topology): boolean => vhost.name !== '/';

async function withBroker<Result>(
  { managementUrl, adminSecretArn }: TopologyProperties,
  { logger, signal, remainingSeconds }: ApplyContext,
  work: (settings: Omit<ApplySettings, 'topology'>) => Promise<Result>,
): Promise<Result> {
  const client = new ManagementClient({ url: managementUrl, ...(await secretCredentials(adminSecretArn).read()) });
  try {
    return await work({
      client,
      timeoutSeconds: remainingSeconds(),
      signal,
      onRetry: ({ error }) => logger.warn(`broker not ready: ${error.message}`),
      onResult: ({ change: { action, kind, name }, outcome, reason }) =>
        logger.info(`${action} ${kind} ${name}: ${outcome}`, { reason }),
    });
  } finally {
    client.close();
  }
}
