import { account, region } from '../assembly/pseudo-parameters.ts';
import { secretsManagerPermissions } from '../iam/secrets-manager-actions.ts';
import { failure, type JsonAnswer } from './json-answer.ts';
import type { Principals } from './principals.ts';
import type { SecretStore, StoredSecret } from './secret-store.ts';

const operations: Readonly<Record<string, (secret: StoredSecret) => Readonly<Record<string, unknown>>>> = {
  GetSecretValue: (secret) => ({
    ARN: secret.arn,
    Name: secret.name,
    VersionId: secret.versionId,
    SecretString: secret.value,
    VersionStages: ['AWSCURRENT'],
    CreatedDate: secret.created,
  }),
  DescribeSecret: (secret) => ({
    ARN: secret.arn,
    Name: secret.name,
    CreatedDate: secret.created,
    VersionIdsToStages: { [secret.versionId]: ['AWSCURRENT'] },
    RotationEnabled: false,
  }),
};

/** Secrets Manager as far as functions read secrets: GetSecretValue and DescribeSecret of the current version. */
export const answerSecretsManager = (
  { secrets, principals }: { readonly secrets: SecretStore; readonly principals: Principals },
  accessKeyId: string | undefined,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): JsonAnswer => {
  const perform = operations[operation];
  if (!perform)
    return failure(
      501,
      'UnknownOperationException',
      `secretsmanager:${operation} is not supported on this machine; ${Object.keys(operations).join(' and ')} are`,
    );
  for (const { action, resource } of secretsManagerPermissions(operation, input, (id) => secrets.find(id)?.arn, {
    region,
    accountId: account,
  })) {
    const decision = principals.authorize(accessKeyId, action, resource);
    if (!decision.allowed) return failure(400, decision.code, decision.message);
  }
  const secret = secrets.find(String(input.SecretId ?? ''));
  const otherVersion =
    (input.VersionStage !== undefined && input.VersionStage !== 'AWSCURRENT') ||
    (input.VersionId !== undefined && input.VersionId !== secret?.versionId);
  if (!secret || otherVersion)
    return failure(400, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  return { status: 200, body: perform(secret) };
};
