import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Decision } from '../iam/authorize.ts';
import type { FromServer, ToServer } from './protocol.ts';

export interface DynamoDbOptions {
  /** @default 0: a free port */
  readonly port?: number;
  /** Region in the ARNs of tables. @default us-east-1 */
  readonly region?: string;
  /** Account in the ARNs of tables. @default 000000000000 */
  readonly accountId?: string;
  /**
   * Decides about an action on a resource by the caller's access key. What it allows is remembered until
   * `forgetDecisions`. @default everybody who signs may do everything
   */
  readonly authorize?: (accessKeyId: string, action: string, resourceArn: string) => Decision | Promise<Decision>;
  /** Where everything is kept, for `restart`. @default in memory: gone with the process */
  readonly folder?: string;
  /** Seconds between two deletions of expired items. AWS takes "a few days" at most. @default 30 */
  readonly sweepSeconds?: number;
}

export interface RunningDynamoDb {
  /** `http://127.0.0.1:<port>`, for `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly endpoint: string;
  readonly port: number;
  /** Another one after `restart`. */
  readonly pid: number;
  /** Settles when the first process has ended, by `stop` or on its own. */
  readonly exited: Promise<void>;
  /** Calls the listener, the last one given, each time a process ends without `stop`. */
  onDeath(listener: (how: string) => void): void;
  /** A new process at the same port, with what the folder keeps, in place of one that has ended. A transaction that was under way may be half done. */
  restart(): Promise<void>;
  forgetDecisions(): void;
  stop(): Promise<void>;
}

const startSeconds = 60;

const decide = async (
  authorize: NonNullable<DynamoDbOptions['authorize']>,
  { question, accessKeyId, action, resource }: FromServer & { type: 'authorize' },
): Promise<ToServer> => {
  try {
    const decision = await authorize(accessKeyId, action, resource);
    return { type: 'decision', question, ...(!decision.allowed && { denial: decision.message }) };
  } catch (error) {
    // A policy that cannot be evaluated allows nothing, and the caller's error says why.
    return { type: 'decision', question, denial: String(error) };
  }
};

/** One process of the store. */
interface Launched {
  readonly pid: number;
  readonly port: number;
  /** Settles when it has ended, with how. */
  readonly ended: Promise<string>;
  tell(message: ToServer): void;
  kill(): Promise<void>;
}

const launch = async (options: DynamoDbOptions, port: number): Promise<Launched> => {
  const { region = 'us-east-1', accountId = '000000000000', authorize, folder } = options;
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const child = fork(fileURLToPath(new URL('./server.ts', import.meta.url)), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // dynalite takes the parts of its ARNs from there.
    env: { AWS_REGION: region, AWS_ACCOUNT_ID: accountId },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  const tell = (message: ToServer): void => {
    if (child.connected) child.send(message);
  };
  if (authorize)
    child.on('message', (message: FromServer) => {
      if (message.type === 'authorize') void decide(authorize, message).then(tell);
    });
  tell({
    type: 'start',
    port,
    region,
    accountId,
    authorized: authorize !== undefined,
    sweepSeconds: options.sweepSeconds ?? 30,
    ...(folder !== undefined && { folder }),
  });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  try {
    return { port: await listening(child, port), pid: child.pid ?? 0, ended, tell, kill };
  } catch (error) {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) await kill();
    throw error;
  }
};

/**
 * Starts a DynamoDB-compatible store in a process of its own, listening on the loopback interface. It ends with this process, however that ends.
 *
 * @throws Error when the port is taken or the process does not come up within 60 s.
 */
export const startDynamoDb = async (options: DynamoDbOptions = {}): Promise<RunningDynamoDb> => {
  let onDeath: (how: string) => void = () => undefined;
  let stopping = false;
  const mind = (launched: Launched): Launched => {
    void launched.ended.then((how) => {
      if (!stopping) onDeath(how);
    });
    return launched;
  };
  const first = mind(await launch(options, options.port ?? 0));
  let current = first;
  return {
    endpoint: `http://127.0.0.1:${first.port}`,
    port: first.port,
    get pid() {
      return current.pid;
    },
    exited: first.ended.then(() => undefined),
    onDeath: (listener) => {
      onDeath = listener;
    },
    restart: async () => {
      const launched = await launch(options, first.port);
      if (stopping) return launched.kill();
      current = mind(launched);
    },
    forgetDecisions: () => current.tell({ type: 'forget-decisions' }),
    stop: async () => {
      stopping = true;
      await current.kill();
    },
  };
};

const listening = (child: ChildProcess, wanted: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const fail = (reason: string): void => reject(new Error(`the local DynamoDB did not start: ${reason}`));
    const timer = setTimeout(() => fail(`no answer within ${startSeconds} s`), startSeconds * 1000);
    child.once('error', (error) => {
      clearTimeout(timer);
      fail(error.message);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`its process ended with ${signal ?? code}`);
    });
    child.on('message', (message: FromServer) => {
      if (message.type === 'authorize') return;
      clearTimeout(timer);
      if (message.type === 'listening') resolve(message.port);
      else fail(`${message.message} (port ${wanted})`);
    });
  });
