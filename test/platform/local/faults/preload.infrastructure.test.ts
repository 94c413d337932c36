import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultPlan } from '../../../../lib/platform/local/faults/fault-plan.ts';
import { LocalFunction } from '../../../../lib/platform/local/runtime/local-function.ts';

// The real process, with a handler that carries what a consumer's carries.

const handlerText = `
export const calls = [];
const options = { queue: 'orders', handle: async (message) => { calls.push(message.id); return message.id; } };
export const handler = async ({ id, attempt }) => {
  try {
    return { answer: await options.handle({ id, attempt }, {}), calls, environment: Object.keys(process.env) };
  } catch (error) {
    return { thrown: error.name, class: options.classify(error), calls };
  }
};
Object.defineProperty(handler, Symbol.for('options of the consumer'), { value: options });
`;

let folder: string;
let plan: FaultPlan;
let target: LocalFunction;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faulty function ä-'));
  writeFileSync(join(folder, 'index.mjs'), handlerText);
  plan = new FaultPlan(join(folder, 'faults'));
  target = start(plan.folder);
});
afterEach(async () => {
  await target.stop();
  rmSync(folder, { recursive: true });
});

const lines: string[] = [];
const start = (faults?: string): LocalFunction =>
  new LocalFunction(
    {
      name: 'orders',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:orders',
      runtime: 'nodejs24.x',
      code: folder,
      handler: 'index.handler',
      timeoutSeconds: 5,
      memoryMegabytes: 256,
      environment: {},
      logGroup: '/aws/lambda/orders',
      logFormat: 'Text',
    },
    () => ({
      awsEndpoint: 'http://127.0.0.1:9',
      credentials: { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'secret' },
      ...(faults !== undefined && { faults }),
    }),
    { line: (_stream, line) => lines.push(line) },
  );
const handle = async (id: string) => {
  const result = await target.invoke(JSON.stringify({ id, attempt: 1 }));
  return result.status === 'failed' ? result.error.errorMessage : JSON.parse(result.payload);
};

describe('a function whose handler is to meet faults', () => {
  it('meets those that are planned for it, also what is planned while it runs, and no others', async () => {
    expect(await handle('a')).toMatchObject({ answer: 'a', calls: ['a'] });
    plan.add([{ consumer: 'orders', messageId: 'b', fault: { kind: 'fatal' } }]);
    expect(await handle('b')).toEqual({ thrown: 'InjectedFault', class: 'fatal', calls: ['a'] });
    expect(await handle('c')).toMatchObject({ answer: 'c', calls: ['a', 'c'] });
    expect(lines).toEqual([]);
  });

  it('dies with its process once, and is as it was in the next one', async () => {
    plan.add([{ consumer: 'orders', messageId: 'a', fault: { kind: 'exit', when: 'before', times: 1 } }]);
    expect(await handle('a')).toContain('signal: killed');
    expect(await handle('a')).toMatchObject({ answer: 'a', calls: ['a'] });
    expect(plan.struck()).toEqual([{ consumer: 'orders', messageId: 'a', kind: 'exit' }]);
  });

  it('finds nothing of them in its environment', async () => {
    const { environment } = await handle('a');
    await target.stop();
    target = start();
    expect((await handle('a')).environment).toEqual(environment);
  });
});
