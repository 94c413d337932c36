import { type ChildProcess, fork } from 'node:child_process';
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
  /** Seconds between two deletions of expired items. AWS takes "a few days" at most. @default 30 */
  readonly sweepSeconds?: number;
}

export interface RunningDynamoDb {
  /** `http://127.0.0.1:<port>`, for `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly endpoint: string;
  readonly port: number;
  readonly pid: number;
  /** Settles when the process has ended, by `stop` or on its own. */
  readonly exited: Promise<void>;
  forgetDecisions(): void;
  stop(): Promise<void>;
}

const startSeconds = 20;

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

/**
 * Starts a DynamoDB-compatible store in a process of its own, listening on the loopback interface. It keeps nothing and
 * ends with this process, however that ends.
 *
 * @throws Error when the port is taken or the process does not come up within 20 s.
 */
export const startDynamoDb = async (options: DynamoDbOptions = {}): Promise<RunningDynamoDb> => {
  const { region = 'us-east-1', accountId = '000000000000', authorize } = options;
  const child = fork(fileURLToPath(new URL('./server.ts', import.meta.url)), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // dynalite takes the parts of its ARNs from there.
    env: { AWS_REGION: region, AWS_ACCOUNT_ID: accountId },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
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
    port: options.port ?? 0,
    region,
    accountId,
    authorized: authorize !== undefined,
    sweepSeconds: options.sweepSeconds ?? 30,
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  try {
    const port = await listening(child, options.port ?? 0);
    return {
      endpoint: `http://127.0.0.1:${port}`,
      port,
      pid: child.pid ?? 0,
      exited,
      forgetDecisions: () => tell({ type: 'forget-decisions' }),
      stop,
    };
  } catch (error) {
    if (child.pid !== undefined && child.exitCode === null) await stop();
    throw error;
  }
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
