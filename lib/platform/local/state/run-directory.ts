import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify, isRunning, type ProcessIdentity } from './process-identity.ts';

/** The folder is in use, or something in it is not ours. */
export class RunDirectoryError extends Error {
  override readonly name = 'RunDirectoryError';
}

const lockName = 'run.lock';
/** A process that was told to end just now may still write its last file. */
const removal = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 } as const;
const temporary = [
  'state.json',
  'credentials.json',
  'aws-credentials',
  'publishers',
  'broker',
  'dynamodb',
  'certificates',
  'faults',
  lockName,
];

/** The folder of a local run: one run at a time, and only what is meant to stay is left in it afterwards. */
export class RunDirectory {
  readonly path: string;
  readonly #removeAtExit = (): void => this.release();

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Takes the folder, making it if need be, and removes what a killed run has left in it.
   * @throws RunDirectoryError when another run is using it
   */
  static take(path: string): RunDirectory {
    mkdirSync(path, { recursive: true });
    const lock = join(path, lockName);
    if (existsSync(lock)) {
      const owner = readOwner(lock);
      if (owner && isRunning(owner))
        throw new RunDirectoryError(
          `a local run (process ${owner.pid}) is using ${path}; stop it first, or give another folder`,
        );
      for (const name of temporary) rmSync(join(path, name), { recursive: true, force: true });
    }
    try {
      writeFileSync(lock, JSON.stringify(identify(process.pid)), { flag: 'wx' });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST')
        throw new RunDirectoryError(`${path} cannot be written: ${(cause as Error).message}`, { cause });
      throw new RunDirectoryError(`another local run has just taken ${path}`, { cause });
    }
    const directory = new RunDirectory(path);
    process.once('exit', directory.#removeAtExit);
    return directory;
  }

  file(
    name:
      | 'state.json'
      | 'credentials.json'
      | 'aws-credentials'
      | 'publishers'
      | 'broker'
      | 'certificates'
      | 'dynamodb'
      | 'faults',
  ): string {
    return join(this.path, name);
  }

  /** Removes everything that is not meant to stay. */
  release(): void {
    process.removeListener('exit', this.#removeAtExit);
    for (const name of temporary) rmSync(join(this.path, name), removal);
  }
}

const readOwner = (lock: string): ProcessIdentity | undefined => {
  try {
    return JSON.parse(readFileSync(lock, 'utf8')) as ProcessIdentity;
  } catch {
    // Half-written by a run that was killed in that moment.
    return undefined;
  }
};
