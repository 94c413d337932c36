import { AssemblyError } from '../assembly/template.ts';
import { type PasswordRules, randomPassword } from '../endpoints/random-password.ts';
import type { SecretStore } from '../endpoints/secret-store.ts';
import type { StoredSecret } from '../endpoints/stored-secret.ts';
import { physicalName } from './physical-name.ts';
import {
  type CreatedResource,
  checkProperties,
  nameOf,
  type ResourceRequest,
  type ResourceType,
} from './resource-type.ts';

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
  const { secrets } = request.machine.services;
  const secret = secrets.create(name, value);
  return kept(secret, secrets);
};

const kept = (secret: StoredSecret, secrets: SecretStore): CreatedResource => ({
  physicalId: secret.arn,
  attributes: { Id: secret.arn },
  // Other rules for a generated value change none that is there.
  update: ({ properties: { SecretString } }) => {
    if (typeof SecretString !== 'string' || SecretString === secret.value) return undefined;
    secret.replace(SecretString);
    return kept(secret, secrets);
  },
  remove: () => secrets.delete(secret),
});

export const secretTypes: Readonly<Record<string, ResourceType>> = { 'AWS::SecretsManager::Secret': createSecret };
