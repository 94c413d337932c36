import { CfnConfiguration } from 'aws-cdk-lib/aws-amazonmq';
import { Fn, Names } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { configurationLines } from '../config/broker-configuration.ts';
import type { BrokerConfigurationSettings, EngineVersion } from '../config/broker-settings.ts';

export interface BrokerConfigurationProps {
  readonly engineVersion: EngineVersion;
  readonly settings: BrokerConfigurationSettings;
}

/** Configuration of the broker. A change makes a new revision, which takes effect when the broker restarts in its maintenance window. */
export class BrokerConfiguration extends Construct {
  readonly id: string;
  readonly revision: number;

  constructor(scope: Construct, id: string, { engineVersion, settings }: BrokerConfigurationProps) {
    super(scope, id);
    // A configuration is of one engine version for ever. The version in the name lets an upgrade make the next one beside it.
    const ofVersion = new Construct(this, `RabbitMQ ${engineVersion}`);
    const configuration = new CfnConfiguration(ofVersion, 'Configuration', {
      // Amazon MQ wants a name and has no way to make one up.
      name: Names.uniqueResourceName(ofVersion, { maxLength: 100, separator: '-' }),
      engineType: 'RABBITMQ',
      engineVersion,
      data: Fn.base64(`${configurationLines(settings).join('\n')}\n`),
    });
    this.id = configuration.attrId;
    this.revision = configuration.attrRevision;
  }
}
