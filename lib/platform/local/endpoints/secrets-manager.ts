import { account, region } from '../assembly/pseudo-parameters.ts';
import { secretsManagerPermissions } from '../iam/secrets-manager-actions.ts';
import { failure, type JsonAnswer } from './json-answer.ts';
import type { Principals } from './principals.ts';
import { getRandomPassword, notFound, secretOperations } from './secret-operations.ts';
import type { SecretRotations } from './secret-rotation.ts';
import type { SecretStore } from './secret-store.ts';

export interface SecretsManagerServices {
  readonly secrets: SecretStore;
  readonly rotations: SecretRotations;
  readonly principals: Principals;
}

const withoutSecret = 'GetRandomPassword';

/** Secrets Manager as far as functions read and rotate secrets, which the template's stacks have made. */
export const answerSecretsManager = (
  { secrets, rotations, principals }: SecretsManagerServices,
  accessKeyId: string | undefined,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): JsonAnswer => {
  const perform = secretOperations[operation];
  if (!perform && operation !== withoutSecret)
    return failure(
      501,
      'UnknownOperationException',
      `secretsmanager:${operation} is not supported on this machine; ${Object.keys(secretOperations).join(', ')} and ${withoutSecret} are`,
    );
  for (const { action, resource } of secretsManagerPermissions(operation, input, (id) => secrets.find(id)?.arn, {
    region,
    accountId: account,
  })) {
    const decision = principals.authorize(accessKeyId, action, resource);
    if (!decision.allowed) return failure(400, decision.code, decision.message);
  }
  if (!perform) return getRandomPassword(input);
  const secret = secrets.find(String(input.SecretId ?? ''));
  return secret ? perform(secret, input, rotations) : notFound;
};
