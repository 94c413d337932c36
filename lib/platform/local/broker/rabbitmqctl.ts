import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The broker's own command line, in the environment of the running broker. `home` is its installation's. */
export async function rabbitmqctl(
  { pid, home }: { readonly pid: number; readonly home: string },
  ...command: readonly string[]
): Promise<void> {
  const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  const env = Object.fromEntries(
    variables.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
  await promisify(execFile)(join(home, 'sbin/rabbitmqctl'), command, { env, timeout: 60_000 });
}
