import { hostname } from 'node:os';
import { isRunning, type ProcessIdentity } from '../state/process-identity.ts';
import { runEngine } from './run-engine.ts';

/** Label of every container that this makes; its value says for which process. */
export const ownerLabel = 'rabbitmq-lambda-template.owner';

/** Process numbers mean something on their own machine only, and one engine may serve several. */
type Owner = ProcessIdentity & { readonly host: string };

export const labelOf = (owner: ProcessIdentity | undefined): string => {
  if (owner === undefined) throw new Error('this system does not tell when this process started');
  return JSON.stringify({ ...owner, host: hostname() } satisfies Owner);
};

/**
 * Removes containers of ours whose owner was killed together with all that would have removed them.
 * @throws Error where the engine refuses
 */
export const removeOrphans = async (engine: string): Promise<void> => {
  const ids = await runEngine(engine, 'ps', '--all', '--quiet', `--filter=label=${ownerLabel}`);
  for (const id of ids.split('\n').filter((line) => line !== '')) {
    // Podman's `ps` does not show a single label in every version.
    const label = await runEngine(engine, 'inspect', `--format={{index .Config.Labels "${ownerLabel}"}}`, id);
    const owner = JSON.parse(label) as Owner;
    if (owner.host === hostname() && !isRunning(owner)) await runEngine(engine, 'rm', '--force', '--volumes', id);
  }
};
