import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { current, pending, type SecretState, type SecretVersions } from './secret-versions.ts';

/** Versions in Secrets Manager. */
export class AwsSecretVersions implements SecretVersions {
  readonly #client: SecretsManagerClient;

  constructor(client: SecretsManagerClient) {
    this.#client = client;
  }

  async describe(secretId: string): Promise<SecretState> {
    const { RotationEnabled, VersionIdsToStages } = await this.#client.send(
      new DescribeSecretCommand({ SecretId: secretId }),
    );
    return { rotationEnabled: RotationEnabled === true, stages: VersionIdsToStages ?? {} };
  }

  async read(secretId: string, stage: string, versionId?: string): Promise<string | undefined> {
    try {
      const { SecretString } = await this.#client.send(
        new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage, VersionId: versionId }),
      );
      return SecretString;
    } catch (error) {
      // A version that was announced but has no value yet, too.
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  async create(secretId: string, versionId: string, value: string): Promise<void> {
    try {
      await this.#client.send(
        new PutSecretValueCommand({
          SecretId: secretId,
          ClientRequestToken: versionId,
          SecretString: value,
          VersionStages: [pending],
        }),
      );
    } catch (error) {
      // Another invocation of this step came first, with a password of its own. A version's value never changes.
      if (!(error instanceof ResourceExistsException)) throw error;
    }
  }

  async promote(secretId: string, versionId: string, instead: string): Promise<void> {
    // Secrets Manager itself moves AWSPREVIOUS to the version that was current.
    await this.#client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: secretId,
        VersionStage: current,
        MoveToVersionId: versionId,
        RemoveFromVersionId: instead,
      }),
    );
  }
}
