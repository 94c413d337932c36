import { arn } from '../assembly/pseudo-parameters.ts';
import type { EventSourceMapping, EventSourceMappings } from '../mapping/event-source-mappings.ts';
import { failure, type JsonAnswer } from './json-answer.ts';
import type { Principals } from './principals.ts';

/** A request to Lambda's API. */
export interface LambdaRequest {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  /** JSON, empty where there is none. */
  readonly body: string;
}

export interface LambdaServices {
  readonly mappings: EventSourceMappings;
  readonly principals: Principals;
  /** Told of changes that did not come to pass. */
  readonly onFailed: (message: string) => void;
}

const root = '/2015-03-31/event-source-mappings';
const noMapping = failure(404, 'ResourceNotFoundException', 'The resource you requested does not exist.');

/** Whether a request is for Lambda's event source mappings, the one part of its API that is here. */
export const isMappingRequest = (url: string): boolean => new RegExp(`^${root}(/|\\?|$)`).test(url);

/** Lambda as far as mappings of RabbitMQ queues are read, disabled, enabled and given another secret. */
export const answerLambda = (
  services: LambdaServices,
  accessKeyId: string | undefined,
  { method, url, body }: LambdaRequest,
): JsonAnswer => {
  const { pathname, searchParams } = new URL(url, 'http://local');
  const id = decodeURIComponent(pathname.slice(root.length + 1));
  const operation = operationOf(method, id);
  if (operation === undefined)
    return failure(501, 'UnknownOperationException', `lambda: ${method} ${pathname} is not supported on this machine`);
  const action = `lambda:${operation}EventSourceMapping${operation === 'List' ? 's' : ''}`;
  const resource = id ? arn('lambda', `event-source-mapping:${id}`) : '*';
  const decision = services.principals.authorize(accessKeyId, action, resource);
  if (!decision.allowed) return failure(403, decision.code, decision.message);
  if (operation === 'List')
    return { status: 200, body: { EventSourceMappings: list(services.mappings, searchParams) } };
  const found = services.mappings.get(id);
  if (!found) return noMapping;
  return operation === 'Get' ? { status: 200, body: describe(found) } : update(found, JSON.parse(body), services);
};

const operationOf = (method: string, id: string): 'List' | 'Get' | 'Update' | undefined => {
  if (method === 'GET') return id === '' ? 'List' : 'Get';
  return method === 'PUT' && id !== '' ? 'Update' : undefined;
};

const list = (mappings: EventSourceMappings, query: URLSearchParams): Record<string, unknown>[] => {
  const [source, target] = [query.get('EventSourceArn'), query.get('FunctionName')];
  return [...mappings.values()]
    .filter(({ eventSourceArn }) => source === null || source === eventSourceArn)
    .filter(
      ({ functionArn }) => target === null || functionArn === target || functionArn.endsWith(`:function:${target}`),
    )
    .map(describe);
};

/** `EventSourceMappingConfiguration` of Lambda's API reference. */
const describe = (found: EventSourceMapping): Record<string, unknown> => {
  const { mapping, secretArn, vhost } = found;
  return {
    UUID: found.id,
    EventSourceMappingArn: found.arn,
    EventSourceArn: found.eventSourceArn,
    FunctionArn: found.functionArn,
    Queues: [found.queue],
    BatchSize: found.batchSize,
    MaximumBatchingWindowInSeconds: found.windowSeconds,
    SourceAccessConfigurations: [
      { Type: 'BASIC_AUTH', URI: secretArn },
      { Type: 'VIRTUAL_HOST', URI: vhost },
    ],
    State: found.transition ?? stateOf(mapping.state),
    StateTransitionReason: mapping.reason ?? 'USER_INITIATED',
    LastModified: found.lastModified,
    LastProcessingResult:
      mapping.state === 'Reconnecting' ? `PROBLEM: Connection error. ${mapping.reason}` : 'No records processed',
  };
};

/** In Lambda's words: a mapping that has lost its connection is enabled all the same. */
const stateOf = (state: EventSourceMapping['mapping']['state']): string => {
  if (state === 'Paused' || state === 'Stopped') return 'Disabled';
  return state === 'Reconnecting' ? 'Enabled' : state;
};

interface UpdateInput {
  readonly Enabled?: boolean;
  readonly SourceAccessConfigurations?: readonly { readonly Type?: string; readonly URI?: string }[];
}

const update = (found: EventSourceMapping, input: UpdateInput, { onFailed }: LambdaServices): JsonAnswer => {
  const others = Object.keys(input).filter((name) => name !== 'Enabled' && name !== 'SourceAccessConfigurations');
  if (others.length > 0)
    return failure(
      501,
      'UnknownOperationException',
      `a mapping's ${others.join(', ')} cannot be changed on this machine`,
    );
  if (found.transition)
    return failure(
      400,
      'ResourceInUseException',
      `The event source mapping with UUID ${found.id} cannot be updated because it is in use.`,
    );
  for (const { Type, URI } of input.SourceAccessConfigurations ?? []) {
    if (Type !== 'BASIC_AUTH' || URI === undefined)
      return failure(400, 'InvalidParameterValueException', `${Type} cannot be given in an update of a mapping.`);
    found.secretArn = URI;
  }
  found.lastModified = Date.now() / 1000;
  const [transition, change] = changeOf(found.mapping, input);
  found.transition = transition;
  change
    .catch((error: Error) => onFailed(`mapping of queue ${found.queue}: ${error.message}`))
    .finally(() => {
      found.transition = undefined;
    });
  return { status: 202, body: describe(found) };
};

const changeOf = (
  mapping: EventSourceMapping['mapping'],
  { Enabled, SourceAccessConfigurations }: UpdateInput,
): ['Enabling' | 'Disabling' | 'Updating', Promise<void>] => {
  if (Enabled === false) return ['Disabling', mapping.pause()];
  if (Enabled === true && (mapping.state === 'Paused' || mapping.state === 'Disabled'))
    return ['Enabling', mapping.resume()];
  return ['Updating', SourceAccessConfigurations ? mapping.refresh() : Promise.resolve()];
};
