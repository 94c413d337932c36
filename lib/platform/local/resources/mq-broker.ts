import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { secretReferences } from '../assembly/dynamic-reference.ts';
import { arn } from '../assembly/pseudo-parameters.ts';
import { AssemblyError } from '../assembly/template.ts';
import { configurationSettings } from '../broker/amazon-mq-configuration.ts';
import {
  checkProperties,
  InPlaceError,
  nameOf,
  type ResourceRequest,
  type ResourceType,
  stringProperty,
} from './resource-type.ts';

const createConfiguration: ResourceType = (request) => {
  checkProperties(request, {
    effective: ['Data', 'EngineType'],
    ignored: ['Name', 'EngineVersion', 'Description', 'Tags', 'AuthenticationStrategy'],
  });
  if (request.properties.EngineType !== 'RABBITMQ')
    throw new AssemblyError(
      `${nameOf(request)}: EngineType is ${request.properties.EngineType}; only RABBITMQ runs here`,
    );
  const id = `c-${createHash('sha256').update(request.logicalId).digest('hex').slice(0, 32)}`;
  const lines = Buffer.from(stringProperty(request, 'Data'), 'base64').toString().split('\n');
  request.machine.configurations.set(id, configurationSettings(lines, nameOf(request)));
  return {
    physicalId: id,
    attributes: { Id: id, Revision: 1, Arn: arn('mq', `configuration:${id}`) },
    update: (later) => {
      if (later.properties.Data === request.properties.Data) return undefined;
      throw new InPlaceError(`${nameOf(later)} is what the broker was started with`);
    },
  };
};

const effective = ['BrokerName', 'Configuration', 'EngineType', 'Users'];

const createBroker: ResourceType = async (request) => {
  checkProperties(request, {
    effective,
    ignored: [
      'AutoMinorVersionUpgrade',
      'DeploymentMode',
      'EncryptionOptions',
      'EngineVersion',
      'HostInstanceType',
      'Logs',
      'MaintenanceWindowStartTime',
      'PubliclyAccessible',
      'SecurityGroups',
      'StorageType',
      'SubnetIds',
      'Tags',
    ],
  });
  const { machine, properties, template } = request;
  if (properties.EngineType !== 'RABBITMQ')
    throw new AssemblyError(`${nameOf(request)}: EngineType is ${properties.EngineType}; only RABBITMQ runs here`);
  const [user, ...others] = (properties.Users ?? []) as unknown as readonly { Username?: string; Password?: string }[];
  if (!user?.Username || !user.Password || others.length > 0)
    throw new AssemblyError(`${nameOf(request)}: RabbitMQ brokers take exactly one user`);
  const configurationId = (properties.Configuration as { Id?: string } | undefined)?.Id;
  const settings = configurationId === undefined ? {} : machine.configurations.get(configurationId);
  if (!settings)
    throw new AssemblyError(`${nameOf(request)}: configuration ${configurationId} is in no template of this assembly`);
  const name = stringProperty(request, 'BrokerName');
  const id = `b-${createHash('sha256').update(`${request.stack.name}/${request.logicalId}`).digest('hex').slice(0, 32)}`;
  const brokerArn = arn('mq', `broker:${name}:${id}`);
  const broker = await machine.startBroker(brokerArn, settings);
  // Its administrator is not the one that the template made up.
  if (broker.admin.password !== user.Password) {
    const [reference] = secretReferences(JSON.stringify(request.withReferences(template.Users ?? null)));
    const secret = reference && machine.services.secrets.find(reference.secretId);
    if (!secret)
      throw new AssemblyError(`${nameOf(request)}: the password of its user comes from no secret of this assembly`);
    secret.replace(JSON.stringify({ ...(JSON.parse(secret.value) as object), ...broker.admin }));
  }
  return {
    physicalId: id,
    attributes: {
      Id: id,
      Arn: brokerArn,
      AmqpEndpoints: [broker.amqpUrl],
      ConsoleURLs: [broker.managementUrl],
      EngineVersionCurrent: broker.version,
      IpAddresses: ['127.0.0.1'],
      ConfigurationId: configurationId,
      ConfigurationRevision: 1,
    },
    update: (later) => {
      // Its secret may have been rotated; where it is does not change.
      const settings = ({ template, withReferences }: ResourceRequest) =>
        effective.map((property) => withReferences(template[property] ?? null));
      if (isDeepStrictEqual(settings(later), settings(request))) return undefined;
      throw new InPlaceError(`${nameOf(later)} would have to start anew`);
    },
    remove: () => {
      throw new InPlaceError(`${nameOf(request)} holds the messages`);
    },
  };
};

export const brokerTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::AmazonMQ::Broker': createBroker,
  'AWS::AmazonMQ::Configuration': createConfiguration,
};
