import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { synthesize } from '../../../lib/platform/cli/synthesize.ts';
import { project } from '../application/project.ts';
import { type Comparison, median } from './comparison.ts';
import { report } from './in-process.ts';

/** Size and time of a cold import of each consumer's bundle, as it is in the synthesized assembly. */

const runs = 10;

interface SynthesizedFunction {
  readonly description: string;
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
}

const functionsOf = (assembly: string): SynthesizedFunction[] =>
  readdirSync(assembly)
    .filter((file) => file.endsWith('.template.json'))
    .flatMap((file) => Object.values(JSON.parse(readFileSync(join(assembly, file), 'utf8')).Resources ?? {}))
    .filter(
      (resource): resource is { Properties: Record<string, unknown> } =>
        (resource as { Type: string }).Type === 'AWS::Lambda::Function',
    )
    .map(({ Properties }) => {
      const hash = /[0-9a-f]{64}/.exec(JSON.stringify(Properties.Code))?.[0];
      const { Variables = {} } = (Properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
      return {
        description: String(Properties.Description),
        bundle: join(assembly, `asset.${hash}`, 'index.mjs'),
        // The values are references that only a deployment resolves; at import nothing is connected to.
        environment: Object.fromEntries(
          Object.keys(Variables).map((name) => [name, name === 'RETRY_POLICY' ? String(Variables[name]) : 'bench']),
        ),
      };
    });

const coldImport = async (measure: 'time' | 'bytes', { bundle, environment }: SynthesizedFunction): Promise<number> => {
  const child = fork(fileURLToPath(new URL('./cold-import.ts', import.meta.url)), [measure, bundle], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
      ...environment,
    },
  });
  const exit = once(child, 'exit');
  const [measured] = await Promise.race([
    once(child, 'message'),
    exit.then(([code]) => {
      throw new Error(`the import of ${bundle} ended with exit code ${code}`);
    }),
  ]);
  child.disconnect();
  await exit;
  return measured;
};

/** Source maps are shipped beside the code but read only for a stack trace. */
const codeBytes = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.mjs'))
    .reduce((total, file) => total + statSync(join(folder, file)).size, 0);

const kilobytes = (bytes: number): number => bytes / 1_000;

const assembly = mkdtempSync(join(tmpdir(), 'bench-assembly-'));
try {
  await synthesize(project, assembly, { env: 'prod' });
  const functions = functionsOf(assembly);
  const comparisons: Comparison[] = [];
  for (const consumer of Object.keys(project.app.consumers)) {
    const found = functions.find(({ description }) => description === `Consumer ${consumer}`);
    if (found === undefined) throw new Error(`the assembly has no function for the consumer ${consumer}`);
    const milliseconds: number[] = [];
    for (let run = 0; run < runs; run += 1) milliseconds.push(await coldImport('time', found));
    comparisons.push(
      {
        name: `${consumer}: code read at a cold start`,
        unit: 'kB',
        ours: kilobytes(await coldImport('bytes', found)),
        goal: { of: 'value', atMost: 350 },
      },
      { name: `${consumer}: all code`, unit: 'kB', ours: kilobytes(codeBytes(join(found.bundle, '..'))) },
      {
        name: `${consumer}: cold import`,
        unit: 'ms',
        ours: median(milliseconds),
        goal: { of: 'value', atMost: 60 },
      },
    );
  }
  report(comparisons);
} finally {
  rmSync(assembly, { recursive: true });
}
