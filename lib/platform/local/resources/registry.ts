import { type Template, type TemplateResource, UnsupportedError } from '../assembly/template.ts';
import { bucketTypes } from './bucket.ts';
import { createCustomResource } from './custom-resource.ts';
import { mappingTypes } from './event-source-mapping.ts';
import { functionProperties, functionTypes } from './function.ts';
import { httpApiTypes } from './http-api.ts';
import { identityTypes } from './identity.ts';
import { brokerTypes } from './mq-broker.ts';
import { passiveTypes } from './passive.ts';
import { nameOf, type ResourceRequest, type ResourceType } from './resource-type.ts';
import { rotationTypes } from './rotation-schedule.ts';
import { scheduleTypes } from './schedule.ts';
import { secretTypes } from './secret.ts';
import { tableTypes } from './table.ts';

const types: Readonly<Record<string, ResourceType>> = {
  ...passiveTypes,
  ...brokerTypes,
  ...secretTypes,
  ...rotationTypes,
  ...identityTypes,
  ...tableTypes,
  ...bucketTypes,
  ...functionTypes,
  ...mappingTypes,
  ...httpApiTypes,
  ...scheduleTypes,
  'AWS::CloudFormation::CustomResource': createCustomResource,
};

/**
 * A template without the properties of functions that have no effect here, such as descriptions and queues for failed events: a function does not need
 * what only these mention.
 */
export const withoutIgnored = (template: Template): Template => {
  const effective = (resource: TemplateResource): TemplateResource => {
    if (resource.Type !== 'AWS::Lambda::Function' || !resource.Properties) return resource;
    const properties = Object.entries(resource.Properties).filter(
      ([name]) => !functionProperties.ignored.includes(name),
    );
    return { ...resource, Properties: Object.fromEntries(properties) };
  };
  const resources = Object.entries(template.Resources ?? {}).map(([logicalId, each]) => [logicalId, effective(each)]);
  return { ...template, Resources: Object.fromEntries(resources) };
};

/** @throws UnsupportedError for a type that nothing here stands in for */
export const resourceType = (request: Pick<ResourceRequest, 'type' | 'logicalId' | 'stack'>): ResourceType => {
  const known = types[request.type] ?? (request.type.startsWith('Custom::') ? createCustomResource : undefined);
  if (!known)
    throw new UnsupportedError(
      `${nameOf(request)}: nothing on this machine stands in for resources of type ${request.type}`,
    );
  return known;
};
