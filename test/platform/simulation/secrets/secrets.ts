import {
  InvalidParameterException,
  ResourceExistsException,
  ResourceNotFoundException,
} from '@aws-sdk/client-secrets-manager';
import { current, pending } from '../../../../lib/platform/operations/rotation/secret-versions.ts';

interface Version {
  readonly id: string;
  /** Absent as long as it is only announced. */
  value?: string;
  readonly stages: Set<string>;
}

// biome-ignore lint/suspicious/noExplicitAny: the inputs of all commands
type Input = any;

/** Secrets Manager: versions with their staging labels. Everything happens at once; waiting and failing is for whoever calls. */
export class Secrets {
  readonly #secrets = new Map<string, Version[]>();

  create(secretId: string, value: string): void {
    this.#secrets.set(secretId, [{ id: 'first', value, stages: new Set([current]) }]);
  }

  /** The value that clients read. */
  current(secretId: string): string {
    return this.#labelled(secretId, current)?.value ?? '';
  }

  isCurrent(secretId: string, versionId: string): boolean {
    return this.#labelled(secretId, current)?.id === versionId;
  }

  /** Begins a rotation: its version is there, without a value. */
  announce(secretId: string, versionId: string): void {
    this.#labelled(secretId, pending)?.stages.delete(pending);
    this.#versionsOf(secretId).push({ id: versionId, stages: new Set([pending]) });
  }

  /** @param command of the SDK */
  carryOut(command: { readonly input: unknown }): unknown {
    const input = command.input as Input;
    const operation = command.constructor.name.slice(0, -'Command'.length);
    switch (operation) {
      case 'DescribeSecret':
        return {
          RotationEnabled: true,
          VersionIdsToStages: Object.fromEntries(
            this.#versionsOf(input.SecretId).map(({ id, stages }) => [id, [...stages]]),
          ),
        };
      case 'GetSecretValue': {
        const version = this.#labelled(input.SecretId, input.VersionStage);
        if (version?.value === undefined || (input.VersionId !== undefined && input.VersionId !== version.id))
          throw new ResourceNotFoundException({ message: 'no such version, or none with a value', $metadata: {} });
        return { SecretString: version.value };
      }
      case 'PutSecretValue':
        return this.#put(input);
      case 'UpdateSecretVersionStage':
        return this.#move(input);
      default:
        throw new TypeError(`${operation} of Secrets Manager is not modelled`);
    }
  }

  #put({ SecretId, ClientRequestToken, SecretString }: Input): unknown {
    const version = this.#versionsOf(SecretId).find(({ id }) => id === ClientRequestToken);
    if (!version) throw new TypeError(`version ${ClientRequestToken} was never announced`);
    if (version.value !== undefined && version.value !== SecretString)
      throw new ResourceExistsException({ message: 'the version has another value', $metadata: {} });
    version.value = SecretString;
    return {};
  }

  #move({ SecretId, VersionStage, MoveToVersionId, RemoveFromVersionId }: Input): unknown {
    const from = this.#labelled(SecretId, VersionStage);
    if (from?.id !== RemoveFromVersionId)
      throw new InvalidParameterException({ message: `${RemoveFromVersionId} has no ${VersionStage}`, $metadata: {} });
    from?.stages.delete(VersionStage);
    this.#versionsOf(SecretId)
      .find(({ id }) => id === MoveToVersionId)
      ?.stages.add(VersionStage);
    return {};
  }

  #labelled(secretId: string, stage: string): Version | undefined {
    return this.#versionsOf(secretId).find(({ stages }) => stages.has(stage));
  }

  #versionsOf(secretId: string): Version[] {
    const versions = this.#secrets.get(secretId);
    if (!versions) throw new TypeError(`there is no secret ${secretId}`);
    return versions;
  }
}
