import { account, partition } from '../assembly/pseudo-parameters.ts';
import { UnsupportedError } from '../assembly/template.ts';
import { managedStatements } from '../endpoints/managed-policies.ts';
import type { PolicyStatement } from '../iam/policy-statement.ts';
import { physicalName } from './physical-name.ts';
import { checkProperties, nameOf, type ResourceRequest, type ResourceType } from './resource-type.ts';

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
  checkProperties(request, {
    effective: ['RoleName', 'Path', 'Policies', 'ManagedPolicyArns'],
    ignored: ['AssumeRolePolicyDocument', 'Description', 'MaxSessionDuration', 'Tags'],
  });
  const { Policies, ManagedPolicyArns, Path = '/' } = request.properties;
  const name = nameOrMadeUp(request, 'RoleName');
  const role = request.machine.services.principals.addRole(name, iamArn(`role${Path}${name}`));
  for (const policy of Array.isArray(Policies) ? Policies : [])
    role.statements.push(...statementsOf((policy as { PolicyDocument?: unknown }).PolicyDocument));
  for (const policy of names(ManagedPolicyArns)) {
    const statements = request.machine.services.principals.managedPolicy(policy) ?? managedStatements(policy);
    if (!statements)
      throw new UnsupportedError(
        `${nameOf(request)}: what the managed policy ${policy} permits is not known on this machine`,
      );
    role.statements.push(...statements);
  }
  return { physicalId: name, attributes: { Arn: role.arn, RoleId: `AROA${name.slice(-12)}` } };
};

const attach = (request: ResourceRequest, statements: readonly PolicyStatement[]): void => {
  if (names(request.properties.Users).length > 0 || names(request.properties.Groups).length > 0)
    throw new UnsupportedError(`${nameOf(request)}: only roles can have policies on this machine, not users or groups`);
  for (const name of names(request.properties.Roles))
    request.machine.services.principals.role(name).statements.push(...statements);
};

const createPolicy: ResourceType = (request) => {
  checkProperties(request, { effective: ['PolicyDocument', 'Roles', 'Users', 'Groups'], ignored: ['PolicyName'] });
  attach(request, statementsOf(request.properties.PolicyDocument));
  return { physicalId: nameOrMadeUp(request, 'PolicyName') };
};

const createManagedPolicy: ResourceType = (request) => {
  checkProperties(request, {
    effective: ['PolicyDocument', 'Roles', 'Users', 'Groups', 'ManagedPolicyName', 'Path'],
    ignored: ['Description'],
  });
  const statements = statementsOf(request.properties.PolicyDocument);
  const policyArn = iamArn(`policy${request.properties.Path ?? '/'}${nameOrMadeUp(request, 'ManagedPolicyName')}`);
  request.machine.services.principals.addManagedPolicy(policyArn, statements);
  attach(request, statements);
  return { physicalId: policyArn, attributes: { PolicyArn: policyArn } };
};

export const identityTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::IAM::Role': createRole,
  'AWS::IAM::Policy': createPolicy,
  'AWS::IAM::ManagedPolicy': createManagedPolicy,
  'AWS::IAM::ServiceLinkedRole': ({ logicalId }) => ({ physicalId: logicalId }),
};
