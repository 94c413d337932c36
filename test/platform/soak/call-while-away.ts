import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface AwayReport {
  readonly calls: number;
  /** Refused at once with a `BacklogFullError`. */
  readonly refused: number;
  /** Not published by the deadline. */
  readonly failed: number;
  readonly confirmed: number;
  /** Memory held on to at its most, above what it was before the first call. */
  readonly heldMebibytes: number;
  /** The same of the process, garbage included. */
  readonly residentMebibytes: number;
}

/** Starts a process that keeps calling a publisher whose broker is not there, and never waits for it. */
export async function callWhileAway({ calls, bodyBytes }: { calls: number; bodyBytes: number }): Promise<AwayReport> {
  const url = `amqps://user:password@localhost:${await unusedPort()}/`;
  const script = join(import.meta.dirname, 'calling-while-away.ts');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', script, url, String(calls), String(bodyBytes)],
    {
      env: { PATH: process.env.PATH },
      timeout: 180_000,
    },
  );
  return JSON.parse(stdout) as AwayReport;
}

/** A port on which nothing listens. */
async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
