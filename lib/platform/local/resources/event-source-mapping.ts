import { randomUUID } from 'node:crypto';
import { arn } from '../assembly/pseudo-parameters.ts';
import { AssemblyError } from '../assembly/template.ts';
import { drop } from '../machine.ts';
import { bodyFilter } from '../mapping/body-filter.ts';
import type { EventSourceMapping } from '../mapping/event-source-mappings.ts';
import { LocalMapping } from '../mapping/local-mapping.ts';
import {
  checkProperties,
  nameOf,
  numberProperty,
  type ResourceRequest,
  type ResourceType,
  stringProperty,
} from './resource-type.ts';
import { createStreamMapping, isTableStream, patternsOf } from './stream-mapping.ts';

interface SourceAccess {
  readonly Type: string;
  readonly URI: string;
}

const sourceAccess = (request: ResourceRequest, type: string): string | undefined => {
  const configurations = (request.properties.SourceAccessConfigurations ?? []) as unknown as readonly SourceAccess[];
  for (const { Type } of configurations)
    if (Type !== 'BASIC_AUTH' && Type !== 'VIRTUAL_HOST')
      throw new AssemblyError(
        `${nameOf(request)}: SourceAccessConfigurations holds ${Type}; RabbitMQ mappings take BASIC_AUTH and VIRTUAL_HOST`,
      );
  return configurations.find(({ Type }) => Type === type)?.URI;
};

const createMapping: ResourceType = (request) =>
  isTableStream(request.properties.EventSourceArn) ? createStreamMapping(request) : createQueueMapping(request);

const createQueueMapping: ResourceType = async (request) => {
  checkProperties(request, {
    effective: [
      'BatchSize',
      'Enabled',
      'EventSourceArn',
      'FilterCriteria',
      'FunctionName',
      'MaximumBatchingWindowInSeconds',
      'Queues',
      'SourceAccessConfigurations',
    ],
    ignored: ['KmsKeyArn', 'Tags'],
  });
  const { machine, properties } = request;
  const target = machine.findFunction(stringProperty(request, 'FunctionName'), nameOf(request));
  const queues = Array.isArray(properties.Queues) ? properties.Queues.map(String) : [];
  const [queue] = queues;
  if (queue === undefined || queues.length > 1)
    throw new AssemblyError(`${nameOf(request)}: Queues has ${queues.length} items; Lambda takes exactly one`);
  const secretId = sourceAccess(request, 'BASIC_AUTH');
  if (!secretId) throw new AssemblyError(`${nameOf(request)}: SourceAccessConfigurations has no BASIC_AUTH`);
  const vhost = sourceAccess(request, 'VIRTUAL_HOST') ?? '/';
  const broker = machine.brokerOf(stringProperty(request, 'EventSourceArn'), nameOf(request));
  if (target.settings.timeoutSeconds > 14 * 60)
    throw new AssemblyError(
      `${nameOf(request)}: ${target.name} has a timeout of ${target.settings.timeoutSeconds} s; behind an Amazon MQ mapping Lambda takes at most 840`,
    );
  const id = randomUUID();
  const registered: Omit<EventSourceMapping, 'mapping'> = {
    id,
    arn: arn('lambda', `event-source-mapping:${id}`),
    functionArn: lambdaArn(stringProperty(request, 'FunctionName'), target.arn),
    eventSourceArn: stringProperty(request, 'EventSourceArn'),
    queue,
    vhost,
    batchSize: numberProperty(request, 'BatchSize', 100, [1, 10_000]),
    windowSeconds: numberProperty(request, 'MaximumBatchingWindowInSeconds', 0, [0, 300]),
    secretArn: secretId,
    lastModified: Date.now() / 1000,
  };
  const mapping = new LocalMapping(
    {
      queue,
      vhost,
      eventSourceArn: registered.eventSourceArn,
      batchSize: registered.batchSize,
      windowMilliseconds:
        properties.MaximumBatchingWindowInSeconds === undefined ? 500 : registered.windowSeconds * 1000,
      accepts: bodyFilter(patternsOf(request)),
      failureVerb: machine.services.failureVerb,
      login: () => ({
        username: machine.services.secrets.read(entry.secretArn, 'username'),
        password: machine.services.secrets.read(entry.secretArn, 'password'),
      }),
      broker: broker.address,
    },
    target,
    machine.services.emit,
  );
  const entry: EventSourceMapping = Object.assign(registered, { mapping });
  machine.mappings.push(mapping);
  machine.eventSourceMappings.set(id, entry);
  // The handler is loaded while the mapping connects; what fails in it is reported by the function itself.
  await Promise.all([mapping.start(String(properties.Enabled ?? true) === 'true'), target.warm()]);
  return {
    physicalId: id,
    attributes: { Id: id, EventSourceMappingArn: entry.arn },
    remove: async () => {
      machine.eventSourceMappings.delete(id);
      // The batch under way ends, in whatever way.
      await mapping.stop(target.settings.timeoutSeconds * 1000 + 1000);
      drop(machine.mappings, mapping);
    },
  };
};

/** Of the alias or version that was named, where one was. */
const lambdaArn = (given: string, unqualified: string): string => {
  if (given.startsWith('arn:')) return given;
  const qualifier = given.split(':')[1];
  return qualifier === undefined ? unqualified : `${unqualified}:${qualifier}`;
};

export const mappingTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::Lambda::EventSourceMapping': createMapping,
};
