import { AssemblyError } from '../assembly/template.ts';
import { type PasswordRules, randomPassword } from '../endpoints/random-password.ts';
import { physicalName } from './physical-name.ts';
import { checkProperties, nameOf, type ResourceRequest, type ResourceType } from './resource-type.ts';

type Generate = PasswordRules & { readonly SecretStringTemplate?: string; readonly GenerateStringKey?: string };

const generated = (
  request: ResourceRequest,
  { SecretStringTemplate, GenerateStringKey, ...rules }: Generate,
): string => {
  const password = randomPassword(rules);
  if (SecretStringTemplate === undefined && GenerateStringKey === undefined) return password;
  if (SecretStringTemplate === undefined || GenerateStringKey === undefined)
    throw new AssemblyError(`${nameOf(request)}: SecretStringTemplate and GenerateStringKey need each other`);
  return JSON.stringify({ ...(JSON.parse(SecretStringTemplate) as object), [GenerateStringKey]: password });
};

const createSecret: ResourceType = (request) => {
  checkProperties(request, {
    effective: ['Name', 'GenerateSecretString', 'SecretString'],
    ignored: ['Description', 'KmsKeyId', 'Tags'],
  });
  const { Name, GenerateSecretString, SecretString } = request.properties;
  const value =
    typeof SecretString === 'string'
      ? SecretString
      : generated(request, (GenerateSecretString ?? {}) as unknown as Generate);
  const name = typeof Name === 'string' ? Name : physicalName(request.stack.name, request.logicalId, 256);
  const secret = request.machine.services.secrets.create(name, value);
  return { physicalId: secret.arn, attributes: { Id: secret.arn } };
};

export const secretTypes: Readonly<Record<string, ResourceType>> = { 'AWS::SecretsManager::Secret': createSecret };
