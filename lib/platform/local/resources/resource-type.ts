import type { Resolved } from '../assembly/intrinsics.ts';
import { AssemblyError, type TemplateValue, UnsupportedError } from '../assembly/template.ts';
import type { Machine } from '../machine.ts';

/** A resource about to be created. */
export interface ResourceRequest {
  readonly stack: {
    readonly name: string;
    readonly id: string;
    readonly assets: ReadonlyMap<string, string>;
    /** Logical ids of its event source mappings and all that these need. */
    readonly forMappings: ReadonlySet<string>;
    /** Handler file of each function whose code is a bundle, relative to the project, by logical id. */
    readonly entries: ReadonlyMap<string, string>;
  };
  readonly logicalId: string;
  readonly type: string;
  /** With all functions and references evaluated. */
  readonly properties: Readonly<Record<string, Resolved>>;
  /** A part of the template evaluated, but with dynamic references left as they are. */
  withReferences(value: TemplateValue): Resolved;
  readonly template: Readonly<Record<string, TemplateValue>>;
  readonly machine: Machine;
}

export interface CreatedResource {
  /** What `Ref` gives. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` gives; asking for another is an error. */
  readonly attributes?: Readonly<Record<string, Resolved>>;
  /** Takes it away. @default nothing is left of it but its name */
  readonly remove?: () => void | Promise<void>;
  /**
   * Gives it the properties of a later template, under the same name; `undefined` when that makes no difference on this machine.
   * @throws InPlaceError
   * @default it is removed and made anew
   */
  readonly update?: (request: ResourceRequest) => UpdatedResource | undefined | Promise<UpdatedResource | undefined>;
}

export interface UpdatedResource extends CreatedResource {
  /** Takes away what was before, once everything else is up to date and what is no longer declared is gone. */
  readonly removeFormer?: () => Promise<void>;
}

/** A resource cannot become what a later template says while it runs. */
export class InPlaceError extends AssemblyError {}

/** Creates a resource of one type on this machine. */
export type ResourceType = (request: ResourceRequest) => CreatedResource | Promise<CreatedResource>;

/** Which properties a resource type heeds here. */
export interface KnownProperties {
  /** Have an effect here. */
  readonly effective: readonly string[];
  /** Have none here, and their absence changes nothing that could be observed. */
  readonly ignored: readonly string[];
}

/** `logical id (type) in stack name`, for messages. */
export const nameOf = (request: Pick<ResourceRequest, 'logicalId' | 'type' | 'stack'>): string =>
  `${request.logicalId} (${request.type}) in stack ${request.stack.name}`;

/** @throws UnsupportedError for properties that would behave differently here without a word */
export const checkProperties = (request: ResourceRequest, { effective, ignored }: KnownProperties): void => {
  const unknown = Object.keys(request.properties).filter(
    (name) => !effective.includes(name) && !ignored.includes(name),
  );
  if (unknown.length > 0)
    throw new UnsupportedError(
      `${nameOf(request)}: ${unknown.join(', ')} ${unknown.length === 1 ? 'has' : 'have'} no effect on this machine; it would behave differently from AWS`,
    );
};

/** A string property, or its default. */
export const stringProperty = (request: ResourceRequest, name: string, otherwise?: string): string => {
  const value = request.properties[name] ?? otherwise;
  if (typeof value !== 'string')
    throw new AssemblyError(`${nameOf(request)}: ${name} is ${JSON.stringify(value)}; a string is needed`);
  return value;
};

/** A whole number within limits; CloudFormation takes numbers as strings too. */
export const numberProperty = (
  request: ResourceRequest,
  name: string,
  otherwise: number,
  [minimum, maximum]: readonly [number, number],
): number => {
  const value = Number(request.properties[name] ?? otherwise);
  if (!Number.isInteger(value) || value < minimum || value > maximum)
    throw new AssemblyError(
      `${nameOf(request)}: ${name} is ${JSON.stringify(request.properties[name])}; Lambda takes ${minimum} to ${maximum}`,
    );
  return value;
};
