import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlannedBroker } from '../../../operations/broker-health/replacement.ts';
import type { Project } from '../../project.ts';
import { SynthesisError, synthesize } from '../../synthesize.ts';

interface Template {
  readonly Resources?: Readonly<Record<string, { readonly Type: string; readonly Properties: PlannedBroker }>>;
}

/**
 * The broker that an environment would deploy.
 * @throws SynthesisError
 */
export const plannedBroker = async (
  project: Project,
  context: Readonly<Record<string, string>>,
): Promise<PlannedBroker> => {
  const folder = await mkdtemp(join(tmpdir(), 'broker-changes-'));
  try {
    // What functions are made of does not matter here, and takes most of the time.
    await synthesize(project, folder, { ...context, 'aws:cdk:bundling-stacks': [] });
    for (const file of await readdir(folder)) {
      if (!file.endsWith('.template.json')) continue;
      const { Resources = {} } = JSON.parse(await readFile(join(folder, file), 'utf8')) as Template;
      const found = Object.values(Resources).find(({ Type }) => Type === 'AWS::AmazonMQ::Broker');
      if (found) return found.Properties;
    }
    throw new SynthesisError(`no template of environment ${context.env} has a broker`);
  } finally {
    await rm(folder, { recursive: true });
  }
};
