/** Staging label of the version that clients read. */
export const current = 'AWSCURRENT';
/** Staging label of the version that a rotation under way makes. */
export const pending = 'AWSPENDING';

export interface SecretState {
  readonly rotationEnabled: boolean;
  /** Staging labels by version id. */
  readonly stages: Readonly<Record<string, readonly string[]>>;
}

/** The versions of secrets, as a rotation needs them. Every call may be repeated. */
export interface SecretVersions {
  describe(secretId: string): Promise<SecretState>;
  /** Value of the version with this label, undefined where there is none. With an id it must be that very version. */
  read(secretId: string, stage: string, versionId?: string): Promise<string | undefined>;
  /** Makes the pending version, unless it is there already. */
  create(secretId: string, versionId: string, value: string): Promise<void>;
  /** Makes one version the current one in place of another. */
  promote(secretId: string, versionId: string, instead: string): Promise<void>;
}
