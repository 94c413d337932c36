import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configurationLines } from '../config/broker-configuration.ts';
import { selectEnvironment } from '../config/select-environment.ts';
import type { AssemblyInProgress } from '../local/local-run.ts';

/** CDK context, such as `env`. */
type Context = Readonly<Record<string, unknown>>;

const projectRoot = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** The CDK app did not synthesize; the message holds what it said. */
export class SynthesisError extends Error {
  override readonly name = 'SynthesisError';
}

/**
 * Synthesizes the app into `output`, with the context of cdk.json and what is given here: what `cdk synth` does, without the time
 * that the command line and the template validator take. Needs no AWS account.
 *
 * @throws SynthesisError
 */
export const synthesize = async (output: string, context: Context): Promise<void> => {
  const { context: configured } = JSON.parse(readFileSync(join(projectRoot, 'cdk.json'), 'utf8'));
  const app = spawn(process.execPath, [join(projectRoot, 'bin/app.ts')], {
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
      `bin/app.ts ended with ${signal ?? `exit code ${code}`}:\n${Buffer.concat(said).toString().trim()}`,
    );
};

/**
 * Begins to synthesize the app into `output`, for a local run that starts its broker meanwhile.
 *
 * @throws UnknownEnvironmentError, InvalidConfigurationError for a context that no app can be synthesized with
 */
export const synthesizing = (output: string, context: Context): AssemblyInProgress => ({
  brokerConfiguration: configurationLines(selectEnvironment(context).broker.configuration),
  folder: synthesize(output, context).then(() => output),
});
