import type { AccountLocation, RequiredPermission } from './dynamodb-actions.ts';

const withoutResource = new Set(['ListSecrets', 'GetRandomPassword', 'BatchGetSecretValue']);

/**
 * The permission that a Secrets Manager request needs. `SecretId` may be the ARN, the ARN without its six random
 * characters, or the name; policies are about the full ARN.
 *
 * @param fullArn ARN of the secret that `SecretId` means; `undefined` where there is none, which AWS too finds out only
 * after the policies.
 */
export const secretsManagerPermissions = (
  operation: string,
  input: Readonly<Record<string, unknown>>,
  fullArn: (secretId: string) => string | undefined,
  where: AccountLocation,
): RequiredPermission[] => {
  const action = `secretsmanager:${operation}`;
  if (withoutResource.has(operation)) return [{ action, resource: '*' }];
  const secretId = String(input.SecretId ?? input.Name ?? '');
  const assumed = secretId.startsWith('arn:')
    ? secretId
    : `arn:aws:secretsmanager:${where.region}:${where.accountId}:secret:${secretId}`;
  return [{ action, resource: fullArn(secretId) ?? assumed }];
};
