import { execFile } from 'node:child_process';

/** Nothing that is asked of an engine here moves data of any size; `rabbitmqctl` takes the longest. */
const timeoutMilliseconds = 180_000;

/**
 * Runs a command of a container engine to its end; resolves with its output.
 * @throws Error with what the engine said
 */
export const runEngine = (engine: string, ...args: string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(engine, args, { timeout: timeoutMilliseconds }, (cause, stdout, stderr) => {
      if (cause) reject(new Error(`${engine} ${args[0]}: ${stderr.trim() || cause.message}`, { cause }));
      else resolve(stdout);
    });
  });
