import { dependencies, withDependencies } from './assembly/creation-order.ts';
import { conditionHolds, type Resolved, resolve, type Scope } from './assembly/intrinsics.ts';
import { arn, pseudoParameters } from './assembly/pseudo-parameters.ts';
import type { AssemblyStack } from './assembly/read-assembly.ts';
import { AssemblyError, type TemplateResource, type TemplateValue } from './assembly/template.ts';
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
}

/** Creates the resources of a stack, each as soon as those it depends on exist. */
export class StackCreation {
  readonly #stack: AssemblyStack;
  readonly #machine: Machine;
  readonly #published: PublishedValues;
  readonly #created = new Map<string, CreatedResource>();
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
        const resource = this.#created.get(logicalId);
        const value = name
          .split('.')
          .reduce<Resolved>((part, key) => (part as Record<string, Resolved> | undefined)?.[key], resource?.attributes);
        const whole = resource?.attributes?.[name] ?? value;
        if (whole === undefined)
          throw new AssemblyError(
            `${logicalId} (${stack.template.Resources?.[logicalId]?.Type}) in stack ${stack.name} has no attribute ${name} on this machine`,
          );
        return whole;
      },
      importValue: (name) => {
        const value = published.exports.get(name);
        if (value === undefined)
          throw new AssemblyError(`Fn::ImportValue in stack ${stack.name}: no stack exports ${name}`);
        return value;
      },
      stackOutput: (stackName, outputName) => {
        const value = published.outputs.get(`${stackName}/${outputName}`);
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
    // Before anything is started: what is not supported fails at once.
    for (const [logicalId, resource] of wanted)
      resourceType({ logicalId, type: resource.Type, stack: this.#stackOf() });
    const pending = new Map<string, Promise<void>>();
    const create = (logicalId: string, resource: TemplateResource): Promise<void> => {
      const known = pending.get(logicalId);
      if (known !== undefined) return known;
      const before = [...(graph.get(logicalId) ?? [])].flatMap((name) => {
        const dependency = Resources[name];
        return dependency && this.#exists(dependency.Condition) ? [create(name, dependency)] : [];
      });
      const creating = Promise.all(before).then(() => this.#create(logicalId, resource));
      pending.set(logicalId, creating);
      return creating;
    };
    const settled = await Promise.allSettled(wanted.map(([logicalId, resource]) => create(logicalId, resource)));
    const failed = settled.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    for (const [name, output] of Object.entries(Outputs)) {
      if (!this.#exists(output.Condition)) continue;
      const value = resolve(output.Value, this.#scope);
      this.#published.outputs.set(`${this.#stack.name}/${name}`, value);
      if (output.Export) this.#published.exports.set(String(resolve(output.Export.Name, this.#scope)), value);
    }
  }

  async #create(logicalId: string, resource: TemplateResource): Promise<void> {
    const begun = performance.now();
    const request = this.#request(logicalId, resource);
    this.#created.set(logicalId, await resourceType(request)(request));
    this.#machine.services.emit({
      type: 'resource',
      stack: this.#stack.name,
      logicalId,
      resourceType: resource.Type,
      milliseconds: performance.now() - begun,
    });
  }

  #request(logicalId: string, resource: TemplateResource): ResourceRequest {
    const template = resource.Properties ?? {};
    const withReferences = (value: TemplateValue): Resolved => resolve(value, { ...this.#scope, secret: undefined });
    const names = { logicalId, type: resource.Type, stack: this.#stackOf() };
    let properties: Record<string, Resolved>;
    try {
      properties = resolve(template, this.#scope) as Record<string, Resolved>;
    } catch (cause) {
      throw new AssemblyError(`${nameOf(names)}: ${(cause as Error).message}`, { cause });
    }
    return { ...names, properties, template, withReferences, machine: this.#machine };
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
      throw new AssemblyError(
        `parameter ${name} of stack ${this.#stack.name} has no default, and the local run has no value for it`,
      );
    return String(value);
  }
}
