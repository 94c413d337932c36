import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { configurationLines } from '../config/broker-configuration.ts';
import { OperatorError } from '../config/operator-error.ts';
import { selectEnvironment } from '../config/select-environment.ts';
import type { AssemblyInProgress } from '../local/local-run.ts';
import { projectRoot } from '../project-root.ts';
import { AssemblyCache } from './assembly-cache.ts';
import { assemblyKey } from './assembly-key.ts';
import type { Project } from './project.ts';

/** CDK context, such as `env`. */
type Context = Readonly<Record<string, unknown>>;

/** The CDK app did not synthesize; the message holds what it said. */
export class SynthesisError extends OperatorError {
  override readonly name = 'SynthesisError';
}

const ofProject = new AssemblyCache(join(projectRoot, 'node_modules/.cache/assemblies'));

/**
 * Synthesizes a project into `output`, with the context of cdk.json and what is given here: what `cdk synth` does, without the time
 * that the command line and the template validator take, and not again what has not changed since. Needs no AWS account.
 *
 * @param cache where assemblies are kept
 * @throws SynthesisError
 */
export const synthesize = async (
  { program }: Pick<Project, 'program'>,
  output: string,
  context: Context,
  cache = ofProject,
): Promise<void> => {
  // Reads many files; whoever starts a broker meanwhile goes first.
  await turn();
  const key = assemblyKey(program, context);
  if (cache.restore(key, output)) return;
  const draft = cache.draft(key);
  try {
    await runProgram(program, draft, context);
  } catch (error) {
    rmSync(draft, { recursive: true });
    throw error;
  }
  // A file that was saved meanwhile may be in the assembly or not.
  const settled = assemblyKey(program, context) === key ? key : `${key}-unsettled`;
  cache.keep(draft, settled);
  if (!cache.restore(settled, output)) throw new SynthesisError(`the assembly in ${draft} was removed meanwhile`);
};

/** @throws SynthesisError */
const runProgram = async (program: string, output: string, context: Context): Promise<void> => {
  const { context: configured } = JSON.parse(readFileSync(join(projectRoot, 'cdk.json'), 'utf8'));
  const app = spawn(process.execPath, [program], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      CDK_OUTDIR: output,
      CDK_CONTEXT_JSON: JSON.stringify({ ...configured, ...context }),
      CDK_VALIDATION: 'false',
    },
  });
  const said: Buffer[] = [];
  app.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  app.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const [code, signal] = await once(app, 'close');
  if (code !== 0)
    throw new SynthesisError(
      `${relative(projectRoot, program)} ended with ${signal ?? `exit code ${code}`}:\n${Buffer.concat(said).toString().trim()}`,
    );
};

/**
 * Begins to synthesize a project into `output`, for a local run that starts its broker meanwhile.
 *
 * @throws UnknownEnvironmentError, InvalidConfigurationError for a context that no app can be synthesized with
 */
export const synthesizing = (project: Project, output: string, context: Context): AssemblyInProgress => ({
  brokerConfiguration: configurationLines(selectEnvironment(project.environments, context).broker.configuration),
  folder: synthesize(project, output, context).then(() => output),
});
