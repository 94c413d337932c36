import { planAgainstBroker } from '../../../operations/topology/plan-against-broker.ts';
import { hasChanges } from '../../../topology/change.ts';
import { printable } from '../../printable.ts';
import type { Project } from '../../project.ts';
import { parseOptions } from '../broker-options.ts';
import { ExitCode } from '../command.ts';
import { countActions, renderChanges } from './render.ts';
import { planSettings, topologyOptions } from './settings.ts';

export async function run(args: readonly string[], project: Project): Promise<number> {
  const values = parseOptions(args, { ...topologyOptions, 'detailed-exitcode': { type: 'boolean' } });
  const settings = planSettings(values, project);
  const { client, topology } = settings;
  const { version, plan } = await planAgainstBroker(settings).finally(() => client.close());
  const vhost = topology.vhost.name;
  if (values.json) {
    console.log(
      printable(
        JSON.stringify({
          broker: client.broker,
          version,
          vhost,
          changes: values.all ? plan : plan.filter(({ action }) => action !== 'unchanged'),
        }),
      ),
    );
  } else {
    process.stdout.write(
      renderChanges(
        plan.map((change) => ({ change })),
        values,
      ),
    );
    console.log(`${client.broker} (RabbitMQ ${version}), vhost ${vhost}: ${countActions(plan)}`);
  }
  return values['detailed-exitcode'] && hasChanges(plan) ? ExitCode.changes : ExitCode.success;
}
