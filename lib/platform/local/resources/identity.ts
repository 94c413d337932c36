import { account, partition } from '../assembly/pseudo-parameters.ts';
import { UnsupportedError } from '../assembly/template.ts';
import { managedStatements } from '../endpoints/managed-policies.ts';
import type { Role } from '../endpoints/principals.ts';
import type { PolicyStatement } from '../iam/policy-statement.ts';
import { physicalName } from './physical-name.ts';
import {
  type CreatedResource,
  checkProperties,
  InPlaceError,
  nameOf,
  type ResourceRequest,
  type ResourceType,
} from './resource-type.ts';

const iamArn = (resource: string): string => `arn:${partition}:iam::${account}:${resource}`;

const statementsOf = (document: unknown): PolicyStatement[] => {
  const statement = (document as { Statement?: PolicyStatement | PolicyStatement[] } | undefined)?.Statement ?? [];
  return Array.isArray(statement) ? statement : [statement];
};

const names = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

const nameOrMadeUp = (request: ResourceRequest, property: string): string => {
  const given = request.properties[property];
  return typeof given === 'string' ? given : physicalName(request.stack.name, request.logicalId, 64);
};

const createRole: ResourceType = (request) => {
  const name = nameOrMadeUp(request, 'RoleName');
  const { principals } = request.machine.services;
  const role = principals.addRole(name, iamArn(`role${pathOf(request)}${name}`));
  return withOwnStatements(role, request);
};

const pathOf = ({ properties }: ResourceRequest): string => String(properties.Path ?? '/');

/** A role with the policies that are written in itself, beside those that others attach to it. */
const withOwnStatements = (role: Role, request: ResourceRequest): CreatedResource => {
  const { principals } = request.machine.services;
  const detach = attach(role, ownStatements(request));
  return {
    physicalId: role.name,
    attributes: { Arn: role.arn, RoleId: `AROA${role.name.slice(-12)}` },
    update: (later) => {
      const name = nameOrMadeUp(later, 'RoleName');
      if (role.arn !== iamArn(`role${pathOf(later)}${name}`))
        throw new InPlaceError(`${nameOf(later)} has another name`);
      const updated = withOwnStatements(role, later);
      detach();
      return updated;
    },
    remove: () => principals.deleteRole(role),
  };
};

const ownStatements = (request: ResourceRequest): PolicyStatement[] => {
  checkProperties(request, {
    effective: ['RoleName', 'Path', 'Policies', 'ManagedPolicyArns'],
    ignored: ['AssumeRolePolicyDocument', 'Description', 'MaxSessionDuration', 'Tags'],
  });
  const { Policies, ManagedPolicyArns } = request.properties;
  const inline = (Array.isArray(Policies) ? Policies : []).flatMap((policy) =>
    statementsOf((policy as { PolicyDocument?: unknown }).PolicyDocument),
  );
  const managed = names(ManagedPolicyArns).flatMap((policy) => {
    const statements = request.machine.services.principals.managedPolicy(policy) ?? managedStatements(policy);
    if (!statements)
      throw new UnsupportedError(
        `${nameOf(request)}: what the managed policy ${policy} permits is not known on this machine`,
      );
    return statements;
  });
  return [...inline, ...managed];
};

/** @returns takes the statements away again */
const attach = ({ statements }: Role, added: readonly PolicyStatement[]): (() => void) => {
  // Objects of its own, which can be told from others that say the same.
  const own = added.map((statement) => ({ ...statement }));
  statements.push(...own);
  return () => {
    for (const statement of own) statements.splice(statements.indexOf(statement), 1);
  };
};

/** @returns takes the statements away again */
const attachToRoles = (request: ResourceRequest, statements: readonly PolicyStatement[]): (() => void) => {
  if (names(request.properties.Users).length > 0 || names(request.properties.Groups).length > 0)
    throw new UnsupportedError(`${nameOf(request)}: only roles can have policies on this machine, not users or groups`);
  const { principals } = request.machine.services;
  const detach = names(request.properties.Roles).map((name) => attach(principals.role(name), statements));
  return () => {
    for (const each of detach) each();
  };
};

const createPolicy: ResourceType = (request) => {
  checkProperties(request, { effective: ['PolicyDocument', 'Roles', 'Users', 'Groups'], ignored: ['PolicyName'] });
  const remove = attachToRoles(request, statementsOf(request.properties.PolicyDocument));
  return { physicalId: nameOrMadeUp(request, 'PolicyName'), remove };
};

const createManagedPolicy: ResourceType = (request) => {
  checkProperties(request, {
    effective: ['PolicyDocument', 'Roles', 'Users', 'Groups', 'ManagedPolicyName', 'Path'],
    ignored: ['Description'],
  });
  const statements = statementsOf(request.properties.PolicyDocument);
  const policyArn = iamArn(`policy${pathOf(request)}${nameOrMadeUp(request, 'ManagedPolicyName')}`);
  request.machine.services.principals.addManagedPolicy(policyArn, statements);
  const remove = attachToRoles(request, statements);
  return {
    physicalId: policyArn,
    attributes: { PolicyArn: policyArn },
    update: (later) => {
      throw new InPlaceError(`${nameOf(later)} is part of roles that name it`);
    },
    remove,
  };
};

export const identityTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::IAM::Role': createRole,
  'AWS::IAM::Policy': createPolicy,
  'AWS::IAM::ManagedPolicy': createManagedPolicy,
  'AWS::IAM::ServiceLinkedRole': ({ logicalId }) => ({ physicalId: logicalId }),
};
