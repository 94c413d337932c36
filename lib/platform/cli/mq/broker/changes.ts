import { MqClient } from '@aws-sdk/client-mq';
import { BrokerNotFoundError, findBroker } from '../../../operations/broker-health/find-broker.ts';
import { compareBroker } from '../../../operations/broker-health/replacement.ts';
import { printable } from '../../printable.ts';
import type { Project } from '../../project.ts';
import { parseOptions } from '../broker-options.ts';
import { ExitCode } from '../command.ts';
import { healthOptions, queryOf } from './options.ts';
import { plannedBroker } from './planned-broker.ts';

export async function run(args: readonly string[], project: Project): Promise<number> {
  const values = parseOptions(args, healthOptions);
  const planned = await plannedBroker(project, {
    env: values.env,
    ...(values.name !== undefined && { name: values.name }),
  });
  const client = new MqClient({});
  try {
    const deployed = await findBroker(client, queryOf(values, project));
    const { replacing, unknown } = compareBroker(deployed, planned);
    if (values.json) {
      console.log(printable(JSON.stringify({ broker: deployed.BrokerName, replacing, unknown })));
    } else {
      for (const { property, deployed: now, planned: next } of replacing)
        console.log(printable(`! ${property}: ${now} -> ${next} REPLACES the broker`));
      if (unknown.length > 0)
        console.log(`· ${unknown.join(', ')}: known to CloudFormation only; "npx cdk diff" shows whether they change`);
      console.log(
        printable(
          replacing.length === 0
            ? `Deploying ${values.env} keeps broker ${deployed.BrokerName}.`
            : `Deploying ${values.env} would replace broker ${deployed.BrokerName}; its messages would be lost. See docs/deploy.md.`,
        ),
      );
    }
    return replacing.length === 0 ? ExitCode.success : ExitCode.changes;
  } catch (error) {
    // The first deployment: there is nothing to lose.
    if (!(error instanceof BrokerNotFoundError) || error.found > 0 || values.broker !== undefined) throw error;
    console.log(
      values.json
        ? JSON.stringify({ replacing: [], unknown: [] })
        : printable(`${error.message}. It would be created.`),
    );
    return ExitCode.success;
  } finally {
    client.destroy();
  }
}
