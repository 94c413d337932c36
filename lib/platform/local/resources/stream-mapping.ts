import { randomUUID } from 'node:crypto';
import { arn } from '../assembly/pseudo-parameters.ts';
import { AssemblyError } from '../assembly/template.ts';
import { drop } from '../machine.ts';
import { eventFilter } from '../mapping/event-filter.ts';
import { StreamClient } from '../mapping/stream-client.ts';
import { StreamMapping } from '../mapping/stream-mapping.ts';
import {
  checkProperties,
  InPlaceError,
  nameOf,
  numberProperty,
  type ResourceRequest,
  type ResourceType,
  stringProperty,
} from './resource-type.ts';

/** Whether a mapping's source is the stream of a DynamoDB table. */
export const isTableStream = (sourceArn: unknown): boolean =>
  /^arn:[^:]+:dynamodb:[^:]*:[^:]*:table\/[^/]+\/stream\/.+/.test(String(sourceArn));

const startingPosition = (request: ResourceRequest): 'TRIM_HORIZON' | 'LATEST' => {
  const position = stringProperty(request, 'StartingPosition');
  if (position === 'TRIM_HORIZON' || position === 'LATEST') return position;
  throw new AssemblyError(
    `${nameOf(request)}: StartingPosition is ${position}; a stream of a table takes TRIM_HORIZON and LATEST`,
  );
};

const reportsItemFailures = (request: ResourceRequest): boolean => {
  const types = (request.properties.FunctionResponseTypes ?? []) as unknown as readonly string[];
  const other = types.find((type) => type !== 'ReportBatchItemFailures');
  if (other !== undefined)
    throw new AssemblyError(`${nameOf(request)}: FunctionResponseTypes holds ${other}, which is not known`);
  return types.length > 0;
};

/** JSON texts of `FilterCriteria`. */
export const patternsOf = (request: ResourceRequest): string[] => {
  const { Filters = [] } = (request.properties.FilterCriteria ?? {}) as {
    Filters?: readonly { readonly Pattern?: unknown }[];
  };
  return Filters.map(({ Pattern }) => String(Pattern));
};

const isTrue = (value: unknown): boolean => String(value) === 'true';

/** A mapping that reads the stream of a table. Parallel batches, tumbling windows and on-failure destinations are not supported. */
export const createStreamMapping: ResourceType = async (request) => {
  checkProperties(request, {
    effective: [
      'BatchSize',
      'BisectBatchOnFunctionError',
      'Enabled',
      'EventSourceArn',
      'FilterCriteria',
      'FunctionName',
      'FunctionResponseTypes',
      'MaximumBatchingWindowInSeconds',
      'MaximumRecordAgeInSeconds',
      'MaximumRetryAttempts',
      'StartingPosition',
    ],
    ignored: ['Tags'],
  });
  const { machine, properties } = request;
  const target = machine.findFunction(stringProperty(request, 'FunctionName'), nameOf(request));
  const streamArn = stringProperty(request, 'EventSourceArn');
  const keys = machine.services.principals.issueKeys(machine.roleOf(target), target.name);
  const { endpoint } = await machine.services.dynamoDb;
  let mapping: StreamMapping;
  try {
    mapping = new StreamMapping(
      {
        streamArn,
        startingPosition: startingPosition(request),
        batchSize: numberProperty(request, 'BatchSize', 100, [1, 10_000]),
        windowMilliseconds: numberProperty(request, 'MaximumBatchingWindowInSeconds', 0, [0, 300]) * 1000,
        filter: eventFilter(patternsOf(request)),
        bisectOnError: isTrue(properties.BisectBatchOnFunctionError),
        reportsItemFailures: reportsItemFailures(request),
        maximumRetries: numberProperty(request, 'MaximumRetryAttempts', -1, [-1, 10_000]),
        maximumRecordAge: numberProperty(request, 'MaximumRecordAgeInSeconds', -1, [-1, 604_800]),
      },
      new StreamClient(endpoint, keys.accessKeyId, streamArn),
      target,
      machine.services.emit,
    );
    if (isTrue(properties.Enabled ?? true)) await mapping.start();
  } catch (cause) {
    throw cause instanceof AssemblyError
      ? cause
      : new AssemblyError(`${nameOf(request)}: ${(cause as Error).message}`, { cause });
  }
  machine.streamMappings.push(mapping);
  const id = randomUUID();
  return {
    physicalId: id,
    attributes: { Id: id, EventSourceMappingArn: arn('lambda', `event-source-mapping:${id}`) },
    update: (later) => {
      throw new InPlaceError(`${nameOf(later)} would have to read its stream from the start`);
    },
    remove: async () => {
      await mapping.stop(target.settings.timeoutSeconds * 1000 + 1000);
      drop(machine.streamMappings, mapping);
    },
  };
};
