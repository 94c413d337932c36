export const rotationSteps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
export type RotationStep = (typeof rotationSteps)[number];

/**
 * What Secrets Manager asks of a rotation function, once for each step
 * (AWS Secrets Manager User Guide, "Lambda rotation functions").
 */
export interface RotationRequest {
  readonly step: RotationStep;
  /** ARN. */
  readonly secretId: string;
  /** Id of the version that this rotation makes; the same in all steps and in every repetition. */
  readonly token: string;
}

/** A rotation cannot go on. Names secret or user, never a password. */
export class RotationError extends Error {
  override readonly name = 'RotationError';
}

/** @throws RotationError for an event that Secrets Manager would not send */
export function readRotationRequest(event: unknown): RotationRequest {
  const { Step, SecretId, ClientRequestToken } = (event ?? {}) as Record<string, unknown>;
  const step = rotationSteps.find((known) => known === Step);
  if (!step) throw new RotationError(`step ${JSON.stringify(Step)} is unknown; there are ${rotationSteps.join(', ')}`);
  if (typeof SecretId !== 'string' || typeof ClientRequestToken !== 'string')
    throw new RotationError('the event names no secret and version (SecretId, ClientRequestToken)');
  return { step, secretId: SecretId, token: ClientRequestToken };
}
