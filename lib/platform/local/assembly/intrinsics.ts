import { cidrBlocks } from './cidr.ts';
import { resolveReferences, type SecretReference } from './dynamic-reference.ts';
import { region } from './pseudo-parameters.ts';
import { AssemblyError, type Template, type TemplateValue, UnsupportedError } from './template.ts';

/** A value without intrinsic functions. `undefined` is what `AWS::NoValue` leaves. */
export type Resolved = string | number | boolean | null | undefined | Resolved[] | { [name: string]: Resolved };

/** What the intrinsic functions of one stack look things up in. */
export interface Scope {
  readonly template: Template;
  /** `Ref` to a resource, parameter or pseudo parameter; throws for an unknown one. */
  ref(name: string): Resolved;
  /** Attribute of a resource; throws for an unknown one. */
  attribute(logicalId: string, name: string): Resolved;
  /** Value that another stack exports under this name. */
  importValue(name: string): Resolved;
  /** Value of an output of another stack. */
  stackOutput(stackName: string, outputName: string): Resolved;
  /** Value of a dynamic reference; `undefined` leaves references as they are. */
  readonly secret?: (reference: SecretReference) => string;
}

/**
 * Evaluates CloudFormation's intrinsic functions and dynamic references in a value.
 * @throws AssemblyError for a function that is not known here, naming it
 */
export const resolve = (value: TemplateValue, scope: Scope): Resolved => {
  if (typeof value === 'string') return scope.secret ? resolveReferences(value, scope.secret) : value;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value))
    return value.map((item) => resolve(item as TemplateValue, scope)).filter((item) => item !== undefined);
  const entries = Object.entries(value as Record<string, TemplateValue>);
  const [name, argument] = entries[0] ?? [];
  if (
    entries.length === 1 &&
    name !== undefined &&
    argument !== undefined &&
    (name === 'Ref' || name === 'Condition' || name.startsWith('Fn::'))
  ) {
    if (name === 'Condition' && typeof argument !== 'string') return { Condition: resolve(argument, scope) };
    const result = evaluate(name, argument, scope);
    return typeof result === 'string' && scope.secret ? resolveReferences(result, scope.secret) : result;
  }
  const resolved: { [name: string]: Resolved } = {};
  for (const [key, item] of entries) {
    const member = resolve(item, scope);
    if (member !== undefined) resolved[key] = member;
  }
  return resolved;
};

/** Whether a condition of the template holds. */
export const conditionHolds = (name: string, scope: Scope): boolean => {
  const condition = scope.template.Conditions?.[name];
  if (condition === undefined) throw new AssemblyError(`condition ${name} is not in the template`);
  return truth(resolve(condition, scope));
};

const truth = (value: Resolved): boolean => value === true || value === 'true';

const list = (value: Resolved, where: string): Resolved[] => {
  if (!Array.isArray(value)) throw new AssemblyError(`${where} needs a list, not ${JSON.stringify(value)}`);
  return value;
};

const text = (value: Resolved, where: string): string => {
  if (typeof value === 'object' || value === undefined)
    throw new AssemblyError(`${where} needs a string, not ${JSON.stringify(value)}`);
  return String(value);
};

const evaluate = (name: string, argument: TemplateValue, scope: Scope): Resolved => {
  const arguments_ = (): Resolved[] => list(resolve(argument, scope), name);
  const lazy = (): readonly TemplateValue[] => list(argument as Resolved, name) as readonly TemplateValue[];
  switch (name) {
    case 'Ref':
      return argument === 'AWS::NoValue' ? undefined : scope.ref(text(argument as Resolved, name));
    case 'Condition':
      return conditionHolds(String(argument), scope);
    case 'Fn::GetAtt': {
      const [logicalId = '', ...attribute] =
        typeof argument === 'string' ? argument.split('.') : lazy().map((part) => text(resolve(part, scope), name));
      return scope.attribute(logicalId, attribute.join('.'));
    }
    case 'Fn::Join': {
      const [separator, parts] = arguments_();
      return list(parts, name)
        .map((part) => text(part, name))
        .join(text(separator, name));
    }
    case 'Fn::Split': {
      const [separator, whole] = arguments_();
      return text(whole, name).split(text(separator, name));
    }
    case 'Fn::Select': {
      const [index, items] = arguments_();
      const item = list(items, name)[Number(index)];
      if (item === undefined)
        throw new AssemblyError(`Fn::Select: there is no item ${JSON.stringify(index)} in ${JSON.stringify(items)}`);
      return item;
    }
    case 'Fn::Sub':
      return substitute(argument, scope);
    case 'Fn::ImportValue':
      return scope.importValue(text(resolve(argument, scope), name));
    case 'Fn::GetStackOutput': {
      const { StackName, OutputName } = resolve(argument, scope) as { StackName?: Resolved; OutputName?: Resolved };
      return scope.stackOutput(text(StackName, name), text(OutputName, name));
    }
    case 'Fn::GetAZs':
      return ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
    case 'Fn::Base64':
      return Buffer.from(text(resolve(argument, scope), name)).toString('base64');
    case 'Fn::Cidr': {
      const [block, count, bits] = arguments_();
      return cidrBlocks(text(block, name), Number(count), Number(bits ?? 8));
    }
    case 'Fn::FindInMap': {
      const [map, first, second] = arguments_().map((part) => text(part, name));
      const value = scope.template.Mappings?.[map ?? '']?.[first ?? '']?.[second ?? ''];
      if (value === undefined)
        throw new AssemblyError(`Fn::FindInMap: the template has no ${[map, first, second].join(' / ')}`);
      return resolve(value, scope);
    }
    case 'Fn::If': {
      const [condition, yes = null, no = null] = lazy();
      return resolve(conditionHolds(String(condition), scope) ? yes : no, scope);
    }
    case 'Fn::Equals': {
      const [left, right] = arguments_();
      return (
        JSON.stringify(left) === JSON.stringify(right) ||
        (typeof left !== 'object' && typeof right !== 'object' && String(left) === String(right))
      );
    }
    case 'Fn::And':
      return arguments_().every(truth);
    case 'Fn::Or':
      return arguments_().some(truth);
    case 'Fn::Not':
      return !truth(arguments_()[0]);
    case 'Fn::ToJsonString':
      return JSON.stringify(resolve(argument, scope));
    case 'Fn::Length':
      return list(resolve(argument, scope), name).length;
    default:
      throw new UnsupportedError(`intrinsic function ${name} is not supported here`);
  }
};

const substitute = (argument: TemplateValue, scope: Scope): string => {
  const [template, variables] = Array.isArray(argument) ? (argument as readonly TemplateValue[]) : [argument, {}];
  const own = (variables ?? {}) as Record<string, TemplateValue>;
  return text(template as Resolved, 'Fn::Sub').replace(/\$\{(!?)([^}]+)\}/g, (whole, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    const variable = own[name];
    if (variable !== undefined) return text(resolve(variable, scope), whole);
    const [logicalId = '', ...attribute] = name.split('.');
    return text(attribute.length > 0 ? scope.attribute(logicalId, attribute.join('.')) : scope.ref(name), whole);
  });
};
