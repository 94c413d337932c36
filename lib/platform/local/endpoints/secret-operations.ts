import { failure, type JsonAnswer } from './json-answer.ts';
import { randomPassword } from './random-password.ts';
import type { SecretRotations } from './secret-rotation.ts';
import type { StoredSecret } from './stored-secret.ts';

type Input = Readonly<Record<string, unknown>>;
type Operation = (secret: StoredSecret, input: Input, rotations: SecretRotations) => JsonAnswer;

const answer = (body: Readonly<Record<string, unknown>>): JsonAnswer => ({ status: 200, body });
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const texts = (value: unknown): string[] | undefined => (Array.isArray(value) ? value.map(String) : undefined);
const identity = ({ arn, name }: StoredSecret): { ARN: string; Name: string } => ({ ARN: arn, Name: name });

export const notFound = failure(400, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.");

const getSecretValue: Operation = (secret, { VersionId, VersionStage }) => {
  const id = text(VersionId);
  const stage = text(VersionStage) ?? (id === undefined ? 'AWSCURRENT' : undefined);
  const version = secret.version({ ...(id !== undefined && { id }), ...(stage !== undefined && { stage }) });
  if (version?.value === undefined)
    return failure(
      400,
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${id === undefined ? 'staging label' : 'VersionId'}: ${id ?? stage}`,
    );
  return answer({
    ...identity(secret),
    VersionId: version.id,
    SecretString: version.value,
    VersionStages: [...version.stages],
    CreatedDate: version.created,
  });
};

const describeSecret: Operation = (secret) =>
  answer({
    ...identity(secret),
    CreatedDate: secret.created,
    VersionIdsToStages: secret.stages(),
    RotationEnabled: secret.rotation !== undefined,
    ...(secret.rotation && {
      RotationLambdaARN: secret.rotation.functionArn,
      RotationRules: { AutomaticallyAfterDays: secret.rotation.afterDays },
    }),
  });

const putSecretValue: Operation = (secret, { ClientRequestToken, SecretString, VersionStages }) => {
  const [id, value] = [text(ClientRequestToken), text(SecretString)];
  if (id === undefined || value === undefined)
    return failure(400, 'InvalidParameterException', 'ClientRequestToken and SecretString are needed on this machine.');
  if (secret.put(id, value, texts(VersionStages) ?? ['AWSCURRENT']) === 'exists')
    return failure(
      400,
      'ResourceExistsException',
      `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`,
    );
  return answer({ ...identity(secret), VersionId: id, VersionStages: secret.stages()[id] });
};

const updateSecretVersionStage: Operation = (secret, { VersionStage, MoveToVersionId, RemoveFromVersionId }) => {
  const [stage, to, from] = [text(VersionStage) ?? '', text(MoveToVersionId), text(RemoveFromVersionId)];
  const holder = secret.version({ stage })?.id;
  if (to !== undefined && !secret.version({ id: to })) return notFound;
  if (stage === 'AWSCURRENT' && to === undefined)
    return failure(
      400,
      'InvalidParameterException',
      'You can only move staging label AWSCURRENT to a different version.',
    );
  // A label that is somewhere must be removed from there explicitly.
  if (holder !== from && holder !== to)
    return failure(
      400,
      'InvalidParameterException',
      `The parameter RemoveFromVersionId can't be ${from ?? 'empty'}. Staging label ${stage} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  secret.move(stage, to);
  return answer(identity(secret));
};

const rotateSecret: Operation = (secret, { ClientRequestToken }, rotations) => {
  if (!secret.rotation)
    return failure(400, 'InvalidRequestException', 'No Lambda rotation function ARN is associated with this secret.');
  const versionId = rotations.start(secret, text(ClientRequestToken));
  return versionId === undefined
    ? failure(400, 'InvalidRequestException', "A previous rotation isn't complete. That rotation will be reattempted.")
    : answer({ ...identity(secret), VersionId: versionId });
};

/** Operations on a secret by their names. */
export const secretOperations: Readonly<Record<string, Operation>> = {
  GetSecretValue: getSecretValue,
  DescribeSecret: describeSecret,
  PutSecretValue: putSecretValue,
  UpdateSecretVersionStage: updateSecretVersionStage,
  RotateSecret: rotateSecret,
};

export const getRandomPassword = (input: Input): JsonAnswer => {
  try {
    return answer({ RandomPassword: randomPassword(input) });
  } catch (error) {
    return failure(400, 'InvalidParameterException', (error as Error).message);
  }
};
