import { execFile, spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { FunctionSettings } from '../../../../lib/platform/local/runtime/function-settings.ts';
import { LocalFunction } from '../../../../lib/platform/local/runtime/local-function.ts';

const code = fileURLToPath(new URL('../../fixtures/local/functions', import.meta.url));
const access = {
  awsEndpoint: 'http://127.0.0.1:9',
  credentials: { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'secret' },
};

const running: LocalFunction[] = [];
const start = (overrides: Partial<FunctionSettings> = {}, lines: string[] = []): LocalFunction => {
  const settings: FunctionSettings = {
    name: 'sample',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:sample',
    runtime: 'nodejs24.x',
    code,
    handler: 'index.handler',
    timeoutSeconds: 5,
    memoryMegabytes: 256,
    environment: { COLOUR: 'blue' },
    logGroup: '/aws/lambda/sample',
    logFormat: 'Text',
    ...overrides,
  };
  const made = new LocalFunction(settings, () => access, { line: (_stream, line) => lines.push(line) });
  running.push(made);
  return made;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

const send = async (target: LocalFunction, event: object) => target.invoke(JSON.stringify(event));
const echo = async (target: LocalFunction) => {
  const result = await send(target, { do: 'echo', text: 'größer ✓' });
  if (result.status === 'failed') throw new Error(result.error.errorMessage);
  return JSON.parse(result.payload);
};
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** As `ps` shows it; empty for a process that is gone. */
const stateOf = (pid: number): string =>
  spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();

describe('a function on this machine', () => {
  it('runs with the template’s environment, Lambda’s own variables and nothing of ours', async () => {
    process.env.SECRET_OF_THE_PARENT = 'visible?';
    const answer = await echo(start());
    delete process.env.SECRET_OF_THE_PARENT;
    expect(answer.event.text).toBe('größer ✓');
    expect(answer.environment).toMatchObject({
      COLOUR: 'blue',
      AWS_LAMBDA_FUNCTION_NAME: 'sample',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIDLOCAL',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    });
    expect(answer.environment).not.toHaveProperty('SECRET_OF_THE_PARENT');
    expect(answer.cwd).toBe(realpathSync(code));
    expect(answer.environment.LAMBDA_TASK_ROOT).toBe(code);
    expect(answer.remaining).toBeGreaterThan(4000);
    expect(answer.remaining).toBeLessThanOrEqual(5000);
  });

  it('keeps its process from one invocation to the next', async () => {
    const target = start();
    const first = await echo(target);
    const second = await echo(target);
    expect(second).toMatchObject({ pid: first.pid, invocations: 2 });
    expect(second.requestId).not.toBe(first.requestId);
    expect(target.pid).toBe(first.pid);
  });

  it('runs simultaneous invocations in processes of their own', async () => {
    const target = start();
    const pids = (await Promise.all([echo(target), echo(target), echo(target)])).map((answer) => answer.pid);
    expect(new Set(pids).size).toBe(3);
  });

  it('reports what the handler throws and stays usable', async () => {
    const target = start();
    const before = await echo(target);
    expect(await send(target, { do: 'throw', message: 'no such order' })).toMatchObject({
      status: 'failed',
      error: { errorType: 'TypeError', errorMessage: 'no such order' },
    });
    expect((await echo(target)).pid).toBe(before.pid);
  });

  it.each(['hang', 'spin'])('is killed at its timeout when it does nothing but %s', async (way) => {
    const target = start({ timeoutSeconds: 1 });
    const { pid } = await echo(target);
    const begun = performance.now();
    const result = await send(target, { do: way });
    expect(performance.now() - begun).toBeLessThan(2500);
    expect(result).toMatchObject({ status: 'failed', error: { errorType: 'Sandbox.Timedout' } });
    expect(result.status === 'failed' && result.error.errorMessage).toContain('Task timed out after 1.00 seconds');
    expect(alive(pid)).toBe(false);
    expect((await echo(target)).invocations).toBe(1);
  });

  it.each([
    [{ do: 'exit', code: 3 }, 'exit status 3'],
    [{ do: 'exit', code: 0 }, 'exited without providing a reason'],
    [{ do: 'settle-never' }, 'Runtime exited'],
    [{ do: 'reject-unhandled' }, 'Runtime exited'],
  ])('reports a process that ends by itself: %j', async (event, words) => {
    const target = start();
    const result = await send(target, event);
    expect(result).toMatchObject({ status: 'failed', error: { errorType: 'Runtime.ExitError' } });
    expect(result.status === 'failed' && result.error.errorMessage).toContain(words);
    expect((await echo(target)).invocations).toBe(1);
  });

  it('reports a process killed from outside in mid-invocation, and goes on in a new one', async () => {
    const target = start();
    await target.warm();
    const pending = send(target, { do: 'hang' });
    await wait(100);
    expect(target.kill()).toBe(true);
    expect(await pending).toMatchObject({
      error: { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('signal: killed') },
    });
    expect((await echo(target)).invocations).toBe(1);
  });

  it.each(['allocate', 'allocate-buffers'])(
    'is held to its memory: %s',
    async (way) => {
      const target = start({ memoryMegabytes: 128, timeoutSeconds: 20 });
      expect(await send(target, { do: way })).toMatchObject({
        status: 'failed',
        error: { errorType: 'Runtime.ExitError' },
      });
    },
    30_000,
  );

  it.each([
    ['broken.handler', 'Error', 'BROKER_ENDPOINTS is not set'],
    ['missing.handler', 'Runtime.ImportModuleError', 'missing'],
    ['index.absent', 'Runtime.HandlerNotFound', 'absent'],
  ])('says why the handler %s cannot be loaded', async (handler, errorType, words) => {
    const result = await send(start({ handler }), { do: 'echo' });
    expect(result).toMatchObject({ status: 'failed', error: { errorType } });
    expect(result.status === 'failed' && result.error.errorMessage).toContain(words);
  });

  it('refuses payloads and answers above 6 MB', async () => {
    const target = start();
    expect(await send(target, { text: 'x'.repeat(6 * 1024 * 1024) })).toMatchObject({
      error: { errorType: 'RequestEntityTooLargeException', errorMessage: expect.stringContaining('6291456') },
    });
    expect(await send(target, { do: 'answer', bytes: 6 * 1024 * 1024 })).toMatchObject({
      error: { errorType: 'Function.ResponseSizeTooLarge' },
    });
  });

  it('passes on every line that it writes', async () => {
    const lines: string[] = [];
    await send(start({}, lines), { do: 'log' });
    await wait(50);
    expect(lines).toContainEqual(expect.stringMatching(/INFO\tto the log$/));
    expect(lines).toContain('to standard error');
  });

  it('runs new code in a new process once it is replaced', async () => {
    const target = start();
    const before = await echo(target);
    await target.replace({ ...target.settings, environment: { COLOUR: 'green' } });
    const after = await echo(target);
    expect(after.environment.COLOUR).toBe('green');
    expect(alive(before.pid)).toBe(false);
  });

  it('leaves no process behind when stopped', async () => {
    const target = start();
    const { pid } = await echo(target);
    await target.stop();
    expect(alive(pid)).toBe(false);
    expect(await send(target, { do: 'echo' })).toMatchObject({ status: 'failed' });
  });

  it('takes with it what it has started itself', async () => {
    const target = start();
    const result = await send(target, { do: 'spawn' });
    const child = Number(result.status === 'succeeded' && result.payload);
    expect(alive(child)).toBe(true);
    target.kill();
    await wait(300);
    expect(stateOf(child)).toMatch(/^(Z.*)?$/);
  });

  it('dies with the process that started it, however that one ends', async () => {
    const script = `
      import { LocalFunction } from ${JSON.stringify(new URL('../../../../lib/platform/local/runtime/local-function.ts', import.meta.url).href)};
      const target = new LocalFunction(${JSON.stringify(start().settings)}, () => (${JSON.stringify(access)}), { line() {} });
      await target.warm();
      console.log(target.pid);
      void target.invoke('{"do":"spin"}');
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), 100);`;
    const pid = await new Promise<number>((resolve) => {
      execFile(process.execPath, ['--input-type=module', '--eval', script], (_error, stdout) =>
        resolve(Number(stdout)),
      );
    });
    expect(pid).toBeGreaterThan(1);
    await wait(200);
    // A dead process may stay a zombie until somebody reaps it; a running one would be in state R.
    expect(stateOf(pid)).toMatch(/^(Z.*)?$/);
  });
});
