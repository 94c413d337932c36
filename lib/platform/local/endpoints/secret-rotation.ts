import { randomUUID } from 'node:crypto';
import { doubled } from '../../time/backoff.ts';
import { type Clock, sleep, systemClock } from '../../time/clock.ts';
import type { StoredSecret } from './stored-secret.ts';

const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
/** "If any rotation step fails, Secrets Manager retries the entire rotation process multiple times" (User Guide, "How rotation works"). */
const attempts = 5;
const waitMilliseconds = { base: 500 };

/**
 * Rotates secrets as Secrets Manager does: one step after the other, all of them again when one fails, and the same version again when the
 * last rotation did not come to its end. Waits milliseconds between attempts where Secrets Manager waits minutes.
 */
export class SecretRotations {
  readonly #running = new Map<StoredSecret, Promise<void>>();
  readonly #onFailed: (message: string) => void;
  readonly #clock: Clock;
  #stopped = false;

  constructor(onFailed: (message: string) => void, clock: Clock = systemClock) {
    this.#onFailed = onFailed;
    this.#clock = clock;
  }

  /** Begins a rotation. @returns id of the version that it makes; undefined when the last rotation is not complete, which is then tried again */
  start(secret: StoredSecret, token: string = randomUUID()): string | undefined {
    const unfinished = secret.version({ stage: 'AWSPENDING' });
    if (unfinished && !unfinished.stages.has('AWSCURRENT')) {
      this.#begin(secret, unfinished.id);
      return undefined;
    }
    secret.put(token, undefined, ['AWSPENDING']);
    this.#begin(secret, token);
    return token;
  }

  /** Resolves when no rotation is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  stop(): void {
    this.#stopped = true;
  }

  #begin(secret: StoredSecret, token: string): void {
    if (this.#running.has(secret)) return;
    const rotation = this.#rotate(secret, token).finally(() => this.#running.delete(secret));
    this.#running.set(secret, rotation);
  }

  async #rotate(secret: StoredSecret, token: string): Promise<void> {
    for (let attempt = 1; !this.#stopped; attempt += 1) {
      const failure = await this.#attempt(secret, token);
      if (!failure || this.#stopped) return;
      this.#onFailed(`rotation of secret ${secret.name}, attempt ${attempt} of ${attempts}: ${failure.message}`);
      if (attempt === attempts) return;
      await sleep(this.#clock, doubled(attempt, waitMilliseconds), { keepsProcessAlive: false });
    }
  }

  async #attempt(secret: StoredSecret, token: string): Promise<Error | undefined> {
    for (const Step of steps) {
      try {
        await secret.rotation?.invoke({ Step, SecretId: secret.arn, ClientRequestToken: token });
      } catch (error) {
        return new Error(`${Step} failed: ${(error as Error).message}`, { cause: error });
      }
    }
    return undefined;
  }
}
