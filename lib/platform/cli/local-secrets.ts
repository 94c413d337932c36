import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from '../config/environment.ts';
import { secretId } from '../config/secret-reference.ts';
import type { GivenSecret } from '../local/endpoints/secret-store.ts';
import { projectRoot } from '../project-root.ts';

/** In the project's folder; git ignores it. */
const fileName = '.env.local';

/**
 * The secrets that an environment names, with the values that they have on this machine: that of an environment variable of their name, or else what `.env.local` says.
 *
 * @param onMissing is told of each secret without a value, and where to put one
 */
export const localSecrets = (
  { secrets = {} }: Pick<Environment, 'secrets'>,
  onMissing: (message: string) => void,
  { folder = projectRoot, variables = process.env }: LocalSecretsOptions = {},
): readonly GivenSecret[] => {
  const file = join(folder, fileName);
  const kept = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  return Object.entries(secrets).map(([name, reference]) => {
    const value = variables[name] || kept[name] || undefined;
    if (value === undefined)
      onMissing(
        `secret ${name} has no value on this machine, so consumers can't read it: add ${name}=… to ${fileName}, which git ignores, and start again`,
      );
    return { id: secretId(reference), value };
  });
};

interface LocalSecretsOptions {
  /** Where `.env.local` may be. */
  readonly folder?: string;
  /** Environment variables. @default those of this process */
  readonly variables?: Readonly<Record<string, string | undefined>>;
}
