import type { Clock } from '../../time/clock.ts';

/** Changes come in bursts: an editor writes several files, a checkout hundreds. */
const quietMilliseconds = 50;

export interface ChangeBurstsSettings {
  readonly clock: Clock;
  /** Told what has changed since the last call; never called twice at a time. */
  readonly follow: (paths: ReadonlySet<string>) => Promise<void>;
  readonly onError: (error: Error) => void;
}

/** Collects changes until there is a pause, and passes them on together; what changes meanwhile leads to one more call. */
export class ChangeBursts {
  readonly #settings: ChangeBurstsSettings;
  #paths = new Set<string>();
  #cancel: () => void = () => undefined;
  #isFollowing = false;

  constructor(settings: ChangeBurstsSettings) {
    this.#settings = settings;
  }

  add(path: string): void {
    this.#paths.add(path);
    this.#cancel();
    this.#cancel = this.#settings.clock.after(quietMilliseconds, () => void this.#follow());
  }

  stop(): void {
    this.#cancel();
    this.#paths.clear();
  }

  async #follow(): Promise<void> {
    if (this.#isFollowing || this.#paths.size === 0) return;
    this.#isFollowing = true;
    const paths = this.#paths;
    this.#paths = new Set();
    try {
      await this.#settings.follow(paths);
    } catch (error) {
      this.#settings.onError(error as Error);
    }
    this.#isFollowing = false;
    await this.#follow();
  }
}
