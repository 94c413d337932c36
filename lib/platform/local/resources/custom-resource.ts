import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Resolved } from '../assembly/intrinsics.ts';
import { AssemblyError } from '../assembly/template.ts';
import type { CustomResourceAnswer } from '../endpoints/custom-resource-answers.ts';
import {
  type CreatedResource,
  nameOf,
  numberProperty,
  type ResourceRequest,
  type ResourceType,
  stringProperty,
} from './resource-type.ts';

/** CloudFormation hands numbers and booleans on as strings. */
const asStrings = (value: Resolved): unknown => {
  if (Array.isArray(value)) return value.map(asStrings);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asStrings(member)]));
  return value === null || value === undefined ? value : String(value);
};

/**
 * A custom resource: its function is invoked with the documented event, and its answer awaited at `ResponseURL`.
 * A function that fails without an answer fails the resource at once; CloudFormation would wait until the timeout.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 */
export const createCustomResource: ResourceType = async (request) => answered(request, await ask(request, 'Create'));

const answered = (
  request: ResourceRequest,
  { PhysicalResourceId, Data = {} }: CustomResourceAnswer,
): CreatedResource => {
  if (!PhysicalResourceId) throw new AssemblyError(`${nameOf(request)}: the answer has no PhysicalResourceId`);
  const remove = async (): Promise<void> => {
    await ask(request, 'Delete', { PhysicalResourceId });
  };
  return {
    physicalId: PhysicalResourceId,
    attributes: Data as Readonly<Record<string, Resolved>>,
    remove,
    update: async (later) => {
      const before = { PhysicalResourceId, OldResourceProperties: asStrings({ ...request.properties }) };
      const updated = answered(later, await ask(later, 'Update', before));
      // Another id says that it is another resource, and this one is to go.
      return updated.physicalId === PhysicalResourceId ? updated : { ...updated, removeFormer: remove };
    },
  };
};

/** @throws AssemblyError */
const ask = async (
  request: ResourceRequest,
  RequestType: 'Create' | 'Update' | 'Delete',
  before: object = {},
): Promise<CustomResourceAnswer> => {
  const { machine, stack, logicalId, type, properties } = request;
  const target = machine.findFunction(stringProperty(request, 'ServiceToken'), nameOf(request));
  const seconds = numberProperty(request, 'ServiceTimeout', 3600, [1, 3600]);
  const { url, answer } = machine.services.answers.expect();
  const event = {
    RequestType,
    ResponseURL: url,
    StackId: stack.id,
    RequestId: randomUUID(),
    ResourceType: type,
    LogicalResourceId: logicalId,
    ServiceToken: properties.ServiceToken,
    ResourceProperties: asStrings({ ...properties }),
    ...before,
  };
  const waiting = new AbortController();
  try {
    const outcome = await Promise.race([
      answer,
      target.invoke(JSON.stringify(event)).then(async (result) => {
        if (result.status === 'failed')
          return new Error(`${target.name} failed: ${result.error.errorType}: ${result.error.errorMessage}`);
        // The answer may be sent by something that the function started.
        return answer;
      }),
      sleep(seconds * 1000, new Error(`no answer from ${target.name} within ${seconds} s`), { signal: waiting.signal }),
    ]);
    if (outcome instanceof Error) throw new AssemblyError(`${nameOf(request)}: ${outcome.message}`, { cause: outcome });
    if (outcome.Status !== 'SUCCESS')
      throw new AssemblyError(`${nameOf(request)} failed: ${outcome.Reason ?? `${target.name} gave no reason`}`);
    return outcome;
  } finally {
    waiting.abort();
  }
};
