import { closeSync, openSync } from 'node:fs';
import { type BoundProcess, startBoundProcess } from './bound-process.ts';
import type { Credentials } from './configuration.ts';
import type { Installation } from './installations.ts';
import { nodeFiles } from './node-environment.ts';
import type { BrokerPorts } from './ports.ts';

export interface NodeSettings<From extends Installation = Installation> {
  directory: string;
  installation: From;
  ports: BrokerPorts;
  admin: Credentials;
  settings: Record<string, string>;
  readyTimeoutSeconds: number;
}

/** What runs a private node: a server of this machine, or a container. */
export interface NodeProgram {
  /** The CA to trust, PEM. */
  readonly caFile: string;
  /**
   * Starts the Erlang machine, and before it what it needs.
   * @param isGivenUp whether nobody waits for it any more
   * @throws Error with the reason
   */
  start(isGivenUp: () => boolean): Promise<BoundProcess>;
  /** Whether a start failed because something beside the Erlang machine lacks its port. */
  lacksPort(): boolean;
  /** RabbitMQ's own command line, `rabbitmqctl`. */
  control(command: readonly string[]): Promise<void>;
  /** Ends what is left beside the Erlang machine, which has ended. */
  remove(): Promise<void>;
  /** Ends everything, at the moment when this process exits and nothing can be waited for. */
  removeSync(): void;
}

/** Starts a process of a node, in the node's folder. What it writes goes to the node's console log. */
export async function startOfNode(
  directory: string,
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<BoundProcess> {
  const output = openSync(nodeFiles(directory).console, 'a', 0o600);
  try {
    return await startBoundProcess(command, args, { env, cwd: directory, output });
  } finally {
    closeSync(output);
  }
}
