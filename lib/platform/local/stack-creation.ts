import { dependencies, withDependencies } from './assembly/creation-order.ts';
import { conditionHolds, type Resolved, resolve, type Scope } from './assembly/intrinsics.ts';
import { arn, pseudoParameters } from './assembly/pseudo-parameters.ts';
import type { AssemblyStack } from './assembly/read-assembly.ts';
import {
  AssemblyError,
  type TemplateOutput,
  type TemplateResource,
  type TemplateValue,
  UnsupportedError,
} from './assembly/template.ts';
import { explained, isIndispensable, NeedError } from './left-out.ts';
import type { Machine } from './machine.ts';
import { resourceType } from './resources/registry.ts';
import { type CreatedResource, nameOf, type ResourceRequest } from './resources/resource-type.ts';

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

/** Creates the resources of a stack, each as soon as those it depends on exist. */
export class StackCreation {
  readonly #stack: AssemblyStack;
  readonly #machine: Machine;
  readonly #published: PublishedValues;
  readonly #created = new Map<string, CreatedResource>();
  /** Why each resource is not there that this machine cannot run. */
  readonly #leftOut = new Map<string, NeedError>();
  readonly #scope: Scope;
  #forMappings: ReadonlySet<string> = new Set();

  /** @param published by the stacks before this one; its own outputs are added */
  constructor(stack: AssemblyStack, machine: Machine, published: PublishedValues) {
    this.#stack = stack;
    this.#machine = machine;
    this.#published = published;
    const pseudo = pseudoParameters(stack.name, stackId(stack.name));
    this.#scope = {
      template: stack.template,
      ref: (name) => {
        this.#mustBeThere(name);
        const parameter = stack.template.Parameters?.[name];
        const value =
          pseudo[name] ??
          this.#created.get(name)?.physicalId ??
          (parameter ? this.#parameter(name, parameter.Default) : undefined);
        if (value === undefined)
          throw new AssemblyError(
            `Ref to ${name} in stack ${stack.name}: there is no such resource, parameter or pseudo parameter`,
          );
        return value;
      },
      attribute: (logicalId, name) => {
        this.#mustBeThere(logicalId);
        const resource = this.#created.get(logicalId);
        const value = name
          .split('.')
          .reduce<Resolved>((part, key) => (part as Record<string, Resolved> | undefined)?.[key], resource?.attributes);
        const whole = resource?.attributes?.[name] ?? value;
        if (whole === undefined)
          throw new UnsupportedError(
            `${logicalId} (${stack.template.Resources?.[logicalId]?.Type}) in stack ${stack.name} has no attribute ${name} on this machine`,
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

  /** @throws AssemblyError with the first failure; resources under way then have settled */
  async run(): Promise<void> {
    const { Resources = {}, Outputs = {} } = this.#stack.template;
    const wanted = Object.entries(Resources).filter(([, resource]) => this.#exists(resource.Condition));
    const graph = dependencies(this.#stack.template);
    const mappings = wanted.filter(([, { Type }]) => Type === 'AWS::Lambda::EventSourceMapping');
    this.#forMappings = withDependencies(
      mappings.map(([logicalId]) => logicalId),
      graph,
    );
    const pending = new Map<string, Promise<void>>();
    const create = (logicalId: string, resource: TemplateResource): Promise<void> => {
      const known = pending.get(logicalId);
      if (known !== undefined) return known;
      const before = [...(graph.get(logicalId) ?? [])];
      const creating = Promise.all(
        before.flatMap((name) => {
          const dependency = Resources[name];
          return dependency && this.#exists(dependency.Condition) ? [create(name, dependency)] : [];
        }),
      ).then(() => this.#create(logicalId, resource, before));
      pending.set(logicalId, creating);
      return creating;
    };
    const settled = await Promise.allSettled(wanted.map(([logicalId, resource]) => create(logicalId, resource)));
    const failed = settled.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    for (const [name, output] of Object.entries(Outputs))
      if (this.#exists(output.Condition)) this.#publish(name, output);
    const resources = this.#machine.leftOut.filter(({ stack }) => stack === this.#stack.name);
    if (resources.length > 0) this.#machine.services.emit({ type: 'left-out', stack: this.#stack.name, resources });
  }

  async #create(logicalId: string, resource: TemplateResource, before: readonly string[]): Promise<void> {
    const begun = performance.now();
    const names = { logicalId, type: resource.Type, stack: this.#stackOf() };
    try {
      const create = resourceType(names);
      this.#created.set(logicalId, await create(this.#request(names, resource, before)));
    } catch (error) {
      if (!(error instanceof UnsupportedError) || isIndispensable(resource, error)) throw error;
      this.#leftOut.set(logicalId, new NeedError(error.message, { cause: error }));
      this.#machine.leftOut.push({
        stack: names.stack.name,
        logicalId,
        resourceType: resource.Type,
        reason: error.message,
      });
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

  #request(
    names: Pick<ResourceRequest, 'logicalId' | 'type' | 'stack'>,
    resource: TemplateResource,
    before: readonly string[],
  ): ResourceRequest {
    const template = resource.Properties ?? {};
    const withReferences = (value: TemplateValue): Resolved => resolve(value, { ...this.#scope, secret: undefined });
    let properties: Record<string, Resolved>;
    try {
      for (const name of before) this.#mustBeThere(name);
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
      if (exportName !== undefined) exports.set(exportName, value);
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
    const { name, assets } = this.#stack;
    return { name, id: stackId(name), assets, forMappings: this.#forMappings };
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
