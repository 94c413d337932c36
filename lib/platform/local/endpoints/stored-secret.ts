/** A version of a secret. */
interface SecretVersion {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** Undefined for one that a rotation has announced and not made yet. */
  value: string | undefined;
  readonly stages: Set<string>;
}

/** Function that rotates a secret. */
export interface SecretRotation {
  readonly functionArn: string;
  readonly afterDays?: number;
  /** Invokes it for one step. @throws when it fails */
  readonly invoke: (event: object) => Promise<void>;
}

const current = 'AWSCURRENT';
const previous = 'AWSPREVIOUS';

/** A secret and its versions, with the staging labels as Secrets Manager moves them. */
export class StoredSecret {
  readonly name: string;
  /** With the six random characters at its end. */
  readonly arn: string;
  /** Seconds since the epoch. */
  readonly created: number;
  rotation: SecretRotation | undefined;
  #versions: SecretVersion[];
  readonly #onChange: () => void;

  /** @param value of the first version; undefined: there is none yet */
  constructor(
    { name, arn, versionId, value }: { name: string; arn: string; versionId: string; value: string | undefined },
    onChange: () => void,
  ) {
    this.name = name;
    this.arn = arn;
    this.created = Date.now() / 1000;
    this.#versions =
      value === undefined ? [] : [{ id: versionId, created: this.created, value, stages: new Set([current]) }];
    this.#onChange = onChange;
  }

  /** Value of the current version. */
  get value(): string {
    return this.version({ stage: current })?.value ?? '';
  }

  /** The version with this id and label; one of both suffices. */
  version({ id, stage }: { id?: string; stage?: string }): Readonly<SecretVersion> | undefined {
    return this.#versions.find(
      (each) => (id === undefined || each.id === id) && (stage === undefined || each.stages.has(stage)),
    );
  }

  /** Labels of each version that has any, by its id. */
  stages(): Record<string, string[]> {
    return Object.fromEntries(this.#versions.map(({ id, stages }) => [id, [...stages]]));
  }

  /**
   * Makes a version, or gives one its value that was only announced.
   * @returns `exists` for a version that has another value already; the value of a version never changes
   */
  put(id: string, value: string | undefined, stages: readonly string[]): 'put' | 'exists' {
    const existing = this.version({ id });
    if (existing?.value !== undefined) return existing.value === value ? 'put' : 'exists';
    this.#versions = this.#versions.filter((each) => each !== existing);
    const version = { id, created: Date.now() / 1000, value, stages: new Set<string>() };
    this.#versions.push(version);
    for (const stage of stages) this.move(stage, id);
    this.#onChange();
    return 'put';
  }

  /** Takes a label from the version that has it and, with an id, gives it to that one. The version that was current becomes the previous one. */
  move(stage: string, to?: string): void {
    const from = this.#versions.find(({ stages }) => stages.has(stage));
    from?.stages.delete(stage);
    const target = this.#versions.find(({ id }) => id === to);
    target?.stages.add(stage);
    if (stage === current && from && target && from !== target) {
      for (const { stages } of this.#versions) stages.delete(previous);
      from.stages.add(previous);
    }
    // Secrets Manager deletes what has no label, in its own time.
    this.#versions = this.#versions.filter(({ stages }) => stages.size > 0);
    this.#onChange();
  }

  /** Puts another value in the place of the current one. */
  replace(value: string): void {
    const version = this.#versions.find(({ stages }) => stages.has(current));
    if (version) version.value = value;
    this.#onChange();
  }
}
