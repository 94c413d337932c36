import { MqClient } from '@aws-sdk/client-mq';
import { findBroker, soldVersions } from '../../../operations/broker-health/find-broker.ts';
import { brokerFindings } from '../../../operations/broker-health/health.ts';
import { printable } from '../../printable.ts';
import type { Project } from '../../project.ts';
import { parseOptions } from '../broker-options.ts';
import { ExitCode } from '../command.ts';
import { healthOptions, queryOf } from './options.ts';

export async function run(args: readonly string[], project: Project): Promise<number> {
  const values = parseOptions(args, healthOptions);
  const client = new MqClient({});
  try {
    const broker = await findBroker(client, queryOf(values, project));
    const findings = brokerFindings(broker, { sold: await soldVersions(client) });
    const instances = broker.BrokerInstances ?? [];
    const endpoints = [...new Set(instances.flatMap(({ Endpoints = [] }) => Endpoints))];
    const consoles = [...new Set(instances.flatMap(({ ConsoleURL }) => (ConsoleURL ? [ConsoleURL] : [])))];
    if (values.json) {
      const { BrokerName, BrokerId, BrokerArn, BrokerState, EngineVersion, HostInstanceType, DeploymentMode } = broker;
      console.log(
        printable(
          JSON.stringify({
            broker: { BrokerName, BrokerId, BrokerArn, BrokerState, EngineVersion, HostInstanceType, DeploymentMode },
            endpoints,
            consoles,
            findings,
          }),
        ),
      );
    } else {
      const lines = [
        `${broker.BrokerName} (${broker.BrokerId}): ${broker.BrokerState}`,
        `RabbitMQ ${broker.EngineVersion} on ${broker.HostInstanceType}, ${broker.DeploymentMode}`,
        ...[...endpoints, ...consoles].map((address) => `  ${address}`),
        ...findings.map(({ level, text }) => `${level === 'act' ? '!' : '·'} ${text}`),
        ...(findings.length === 0 ? ['Nothing pending, nothing to do.'] : []),
      ];
      for (const line of lines) console.log(printable(line));
    }
    return findings.some(({ level }) => level === 'act') ? ExitCode.changes : ExitCode.success;
  } finally {
    client.destroy();
  }
}
