import { spawn } from 'node:child_process';

/** A program that failed; the message is its first line that looks like an error. */
export class CommandError extends Error {
  /** @override */
  name = 'CommandError';
}

/**
 * Runs a program without showing its output.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<string>} its standard output
 * @throws CommandError if it cannot be started or its exit code is not 0
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...(options.env ?? process.env), LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      err += chunk;
    });
    child.once('error', (cause) => reject(new CommandError(`cannot run ${command}: ${cause.message}`, { cause })));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(out);
      else
        reject(
          new CommandError(
            complaint(err) || complaint(out) || `${command} ended with ${signal ?? `exit code ${code}`}`,
          ),
        );
    });
  });
}

/** @param {string} output */
export function complaint(output) {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  // npm prefixes every line; its first ones are a code and a number without words. apt's are marked E: or W:.
  const meaningful = lines.filter(
    (line) => !/^npm (warn|notice)\b|^npm error (code|errno|syscall|A complete log)\b/i.test(line),
  );
  const chosen = meaningful.find((line) => /^(E:|npm error|error)/i.test(line)) ?? meaningful.at(-1) ?? '';
  return chosen.replace(/^(E:|npm error)\s*/i, '').replaceAll(/\s+/g, ' ');
}
