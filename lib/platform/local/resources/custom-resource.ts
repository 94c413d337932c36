import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Resolved } from '../assembly/intrinsics.ts';
import { AssemblyError } from '../assembly/template.ts';
import { nameOf, numberProperty, type ResourceRequest, type ResourceType, stringProperty } from './resource-type.ts';

/** CloudFormation hands numbers and booleans on as strings. */
const asStrings = (value: Resolved): unknown => {
  if (Array.isArray(value)) return value.map(asStrings);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asStrings(member)]));
  return value === null || value === undefined ? value : String(value);
};

/**
 * Creates a custom resource: invokes its function with the documented event and waits for the answer at `ResponseURL`.
 * A function that fails without an answer fails the resource at once; CloudFormation would wait until the timeout.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 */
export const createCustomResource: ResourceType = async (request) => {
  const { machine, stack, logicalId, type, properties } = request;
  const target = machine.findFunction(stringProperty(request, 'ServiceToken'), nameOf(request));
  const seconds = numberProperty(request, 'ServiceTimeout', 3600, [1, 3600]);
  const { url, answer } = machine.services.answers.expect();
  const event = {
    RequestType: 'Create',
    ResponseURL: url,
    StackId: stack.id,
    RequestId: randomUUID(),
    ResourceType: type,
    LogicalResourceId: logicalId,
    ServiceToken: properties.ServiceToken,
    ResourceProperties: asStrings({ ...properties }),
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
    return created(request, outcome.PhysicalResourceId, outcome.Data ?? {});
  } finally {
    waiting.abort();
  }
};

const created = (request: ResourceRequest, physicalId: string | undefined, data: Readonly<Record<string, unknown>>) => {
  if (!physicalId) throw new AssemblyError(`${nameOf(request)}: the answer has no PhysicalResourceId`);
  return { physicalId, attributes: data as Readonly<Record<string, Resolved>> };
};
