import { dependencies, withDependencies } from './assembly/creation-order.ts';
import { conditionHolds, type Resolved, resolve, type Scope } from './assembly/intrinsics.ts';
import { arn, pseudoParameters } from './assembly/pseudo-parameters.ts';
import type { AssemblyStack } from './assembly/read-assembly.ts';
import {
  AssemblyError,
  type Template,
  type TemplateOutput,
  type TemplateResource,
  type TemplateValue,
  UnsupportedError,
} from './assembly/template.ts';
import { explained, isIndispensable, type LeftOut, NeedError } from './left-out.ts';
import type { Machine } from './machine.ts';
import { resourceType } from './resources/registry.ts';
import {
  type CreatedResource,
  InPlaceError,
  nameOf,
  type ResourceRequest,
  type ResourceType,
} from './resources/resource-type.ts';

/** CloudFormation's id of a stack: its ARN. The same in every run. */
const stackId = (name: string): string => arn('cloudformation', `stack/${name}/00000000-0000-4000-8000-000000000000`);

/** What stacks make known to each other. */
export interface PublishedValues {
  readonly exports: Map<string, Resolved>;
  /** By `stack/output`. */
  readonly outputs: Map<string, Resolved>;
  /** Why there is no value, by the name of an export or by `stack/output`. */
  readonly missing: Map<string, NeedError>;
}

export const nothingPublished = (): PublishedValues => ({ exports: new Map(), outputs: new Map(), missing: new Map() });

/** A resource that was made or changed, or is gone. */
export interface Change {
  readonly stack: string;
  readonly logicalId: string;
  readonly resourceType: string;
  readonly physicalId: string;
}

/** What a deployment did. */
export interface Changes {
  readonly created: readonly Change[];
  readonly updated: readonly Change[];
  readonly removed: readonly Change[];
  /** Resources that stay as they were, each with the reason, because they cannot change while they run. */
  readonly kept: readonly string[];
}

interface Made {
  readonly resource: CreatedResource;
  readonly type: string;
  /** Its properties as text, dynamic references unresolved: what they lead to may change by itself. */
  readonly properties: string;
  /** Logical ids of what it needs. */
  readonly needs: readonly string[];
}

/** A stack on this machine. What its template has is made, each resource as soon as those it depends on exist; a later template changes what differs. */
export class LocalStack {
  #stack: AssemblyStack;
  readonly #machine: Machine;
  readonly #published: PublishedValues;
  readonly #made = new Map<string, Made>();
  /** Why each resource is not there that this machine cannot run. */
  readonly #leftOut = new Map<string, NeedError>();
  readonly #scope: Scope;
  #forMappings: ReadonlySet<string> = new Set();
  #created: Change[] = [];
  #updated: Change[] = [];
  #kept: string[] = [];
  #former: (() => Promise<void>)[] = [];

  /** @param published by the stacks before this one; its own outputs are added */
  constructor(stack: AssemblyStack, machine: Machine, published: PublishedValues) {
    this.#stack = stack;
    this.#machine = machine;
    this.#published = published;
    const pseudo = pseudoParameters(stack.name, stackId(stack.name));
    const template = (): Template => this.#stack.template;
    this.#scope = {
      get template() {
        return template();
      },
      ref: (name) => {
        this.#mustBeThere(name);
        const parameter = template().Parameters?.[name];
        const value =
          pseudo[name] ??
          this.#made.get(name)?.resource.physicalId ??
          (parameter ? this.#parameter(name, parameter.Default) : undefined);
        if (value === undefined)
          throw new AssemblyError(
            `Ref to ${name} in stack ${stack.name}: there is no such resource, parameter or pseudo parameter`,
          );
        return value;
      },
      attribute: (logicalId, name) => {
        this.#mustBeThere(logicalId);
        const resource = this.#made.get(logicalId)?.resource;
        const value = name
          .split('.')
          .reduce<Resolved>((part, key) => (part as Record<string, Resolved> | undefined)?.[key], resource?.attributes);
        const whole = resource?.attributes?.[name] ?? value;
        if (whole === undefined)
          throw new UnsupportedError(
            `${logicalId} (${template().Resources?.[logicalId]?.Type}) in stack ${stack.name} has no attribute ${name} on this machine`,
          );
        return whole;
      },
      importValue: (name) => {
        const value = published.exports.get(name);
        throwIfAny(published.missing.get(name));
        if (value === undefined)
          throw new AssemblyError(`Fn::ImportValue in stack ${stack.name}: no stack exports ${name}`);
        return value;
      },
      stackOutput: (stackName, outputName) => {
        const value = published.outputs.get(`${stackName}/${outputName}`);
        throwIfAny(published.missing.get(`${stackName}/${outputName}`));
        if (value === undefined)
          throw new AssemblyError(
            `Fn::GetStackOutput in stack ${stack.name}: stack ${stackName} has no output ${outputName}`,
          );
        return value;
      },
      secret: ({ secretId, jsonKey }) => machine.services.secrets.read(secretId, jsonKey),
    };
  }

  /**
   * Makes what a template has and is not there, and changes what differs. What the template no longer has stays until `removeRest`.
   * @throws AssemblyError with the first failure; resources under way then have settled, and the next deployment goes on from there
   */
  async deploy(stack: AssemblyStack): Promise<Omit<Changes, 'removed'>> {
    this.#stack = stack;
    const leftOutBefore = JSON.stringify(this.#leftOutNow());
    this.#machine.leftOut = this.#machine.leftOut.filter((each) => each.stack !== stack.name);
    this.#leftOut.clear();
    [this.#created, this.#updated, this.#kept] = [[], [], []];
    const { Resources = {}, Outputs = {} } = stack.template;
    const wanted = Object.entries(Resources).filter(([, resource]) => this.#exists(resource.Condition));
    const graph = dependencies(stack.template);
    const mappings = wanted.filter(([, { Type }]) => Type === 'AWS::Lambda::EventSourceMapping');
    this.#forMappings = withDependencies(
      mappings.map(([logicalId]) => logicalId),
      graph,
    );
    const pending = new Map<string, Promise<void>>();
    const make = (logicalId: string, resource: TemplateResource): Promise<void> => {
      const known = pending.get(logicalId);
      if (known !== undefined) return known;
      const needs = [...(graph.get(logicalId) ?? [])];
      const making = Promise.all(
        needs.flatMap((name) => {
          const dependency = Resources[name];
          return dependency && this.#exists(dependency.Condition) ? [make(name, dependency)] : [];
        }),
      ).then(() => this.#make(logicalId, resource, needs));
      pending.set(logicalId, making);
      return making;
    };
    const settled = await Promise.allSettled(wanted.map(([logicalId, resource]) => make(logicalId, resource)));
    const failed = settled.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    for (const [name, output] of Object.entries(Outputs))
      if (this.#exists(output.Condition)) this.#publish(name, output);
    const resources = this.#leftOutNow();
    if (resources.length > 0 && JSON.stringify(resources) !== leftOutBefore)
      this.#machine.services.emit({ type: 'left-out', stack: stack.name, resources });
    return { created: this.#created, updated: this.#updated, kept: this.#kept };
  }

  /** Takes away what the template no longer has: first what needs others, then these. Goes on where something refuses to go. */
  async removeRest(): Promise<Pick<Changes, 'removed' | 'kept'>> {
    const { Resources = {} } = this.#stack.template;
    const isWanted = (logicalId: string): boolean => {
      const resource = Resources[logicalId];
      return resource !== undefined && this.#exists(resource.Condition);
    };
    const going = [...this.#made].filter(([logicalId]) => !isWanted(logicalId));
    const removed: Change[] = [];
    const kept: string[] = [];
    const pending = new Map<string, Promise<void>>();
    const remove = (logicalId: string, { resource, type }: Made): Promise<void> => {
      const known = pending.get(logicalId);
      if (known !== undefined) return known;
      const needing = going.filter(([, { needs }]) => needs.includes(logicalId));
      const removing = Promise.all(needing.map(([id, made]) => remove(id, made)))
        .then(() => resource.remove?.())
        .then(
          () => {
            this.#made.delete(logicalId);
            removed.push(this.#change(logicalId, type, resource));
          },
          (error: Error) => {
            kept.push(error.message);
          },
        );
      pending.set(logicalId, removing);
      return removing;
    };
    await Promise.all(going.map(([logicalId, made]) => remove(logicalId, made)));
    return { removed, kept };
  }

  /** Takes away what replaced resources have left. */
  async removeFormer(): Promise<void> {
    for (const remove of this.#former.splice(0)) await remove();
  }

  async #make(logicalId: string, resource: TemplateResource, needs: readonly string[]): Promise<void> {
    const begun = performance.now();
    const names = { logicalId, type: resource.Type, stack: this.#stackOf() };
    const before = this.#made.get(logicalId);
    try {
      const create = resourceType(names);
      const request = this.#request(names, resource, needs);
      const properties = JSON.stringify(request.withReferences(resource.Properties ?? {}));
      if (before?.type === resource.Type && before.properties === properties) return;
      const made = before ? await this.#renew(before, request, create) : await create(request);
      if (made === undefined) {
        if (before) this.#made.set(logicalId, { ...before, properties, needs });
        return;
      }
      this.#made.set(logicalId, { resource: made, type: resource.Type, properties, needs });
      (before ? this.#updated : this.#created).push(this.#change(logicalId, resource.Type, made));
    } catch (error) {
      if (before && (error instanceof InPlaceError || error instanceof UnsupportedError)) {
        this.#kept.push((error as Error).message);
        return;
      }
      if (!(error instanceof UnsupportedError) || isIndispensable(resource, error)) throw error;
      this.#leftOut.set(logicalId, new NeedError(error.message, { cause: error }));
      const entry = { stack: names.stack.name, logicalId, resourceType: resource.Type, reason: error.message };
      this.#machine.leftOut = [...this.#machine.leftOut, entry];
      return;
    }
    this.#machine.services.emit({
      type: 'resource',
      stack: this.#stack.name,
      logicalId,
      resourceType: resource.Type,
      milliseconds: performance.now() - begun,
    });
  }

  /** @returns `undefined` when that makes no difference on this machine */
  async #renew(before: Made, request: ResourceRequest, create: ResourceType): Promise<CreatedResource | undefined> {
    const { resource, type } = before;
    if (type === request.type && resource.update) {
      const updated = await resource.update(request);
      if (updated?.removeFormer) this.#former.push(updated.removeFormer);
      return updated;
    }
    await resource.remove?.();
    this.#made.delete(request.logicalId);
    return create(request);
  }

  #change(logicalId: string, resourceType: string, { physicalId }: CreatedResource): Change {
    return { stack: this.#stack.name, logicalId, resourceType, physicalId };
  }

  #leftOutNow(): readonly LeftOut[] {
    return this.#machine.leftOut.filter(({ stack }) => stack === this.#stack.name);
  }

  #request(
    names: Pick<ResourceRequest, 'logicalId' | 'type' | 'stack'>,
    resource: TemplateResource,
    needs: readonly string[],
  ): ResourceRequest {
    const template = resource.Properties ?? {};
    const withReferences = (value: TemplateValue): Resolved => resolve(value, { ...this.#scope, secret: undefined });
    let properties: Record<string, Resolved>;
    try {
      for (const name of needs) this.#mustBeThere(name);
      properties = resolve(template, this.#scope) as Record<string, Resolved>;
    } catch (cause) {
      throw explained(nameOf(names), cause as Error);
    }
    return { ...names, properties, template, withReferences, machine: this.#machine };
  }

  #publish(name: string, { Value, Export }: TemplateOutput): void {
    const { outputs, exports, missing } = this.#published;
    const exportName = Export && String(resolve(Export.Name, this.#scope));
    try {
      const value = resolve(Value, this.#scope);
      outputs.set(`${this.#stack.name}/${name}`, value);
      missing.delete(`${this.#stack.name}/${name}`);
      if (exportName === undefined) return;
      exports.set(exportName, value);
      missing.delete(exportName);
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      const need = error instanceof NeedError ? error : new NeedError(error.message, { cause: error });
      missing.set(`${this.#stack.name}/${name}`, need);
      if (exportName !== undefined) missing.set(exportName, need);
    }
  }

  /** @throws NeedError for a resource that was left out */
  #mustBeThere(logicalId: string): void {
    throwIfAny(this.#leftOut.get(logicalId));
  }

  #stackOf(): ResourceRequest['stack'] {
    const { name, assets, entries } = this.#stack;
    return { name, id: stackId(name), assets, entries, forMappings: this.#forMappings };
  }

  #exists(condition: string | undefined): boolean {
    return condition === undefined || conditionHolds(condition, this.#scope);
  }

  #parameter(name: string, value: string | number | undefined): string {
    if (value === undefined)
      throw new UnsupportedError(
        `parameter ${name} of stack ${this.#stack.name} has no default, and the local run has no value for it`,
      );
    return String(value);
  }
}

const throwIfAny = (error: Error | undefined): void => {
  if (error) throw error;
};
