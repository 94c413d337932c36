import { type Clock, sleep, systemClock } from '../../time/clock.ts';
import { type ApplySettings, applyTopology } from './apply.ts';
import type { ApplyReport } from './apply-report.ts';
import { quietMilliseconds } from './delete-queue.ts';
import { planAgainstBroker, retryOptions } from './plan-against-broker.ts';
import { retrying } from './retry.ts';

export interface RemoveSettings extends Omit<ApplySettings, 'prune'> {
  /** How long to wait for the last readers of queues that are to go, in seconds. @default 300 */
  readonly patienceSeconds?: number;
  /** @default the machine's */
  readonly clock?: Clock;
}

interface QueueState {
  readonly name: string;
  readonly consumers?: number;
}

const pollMilliseconds = 1000;

/**
 * Deletes what the virtual host has and the topology has not, once nobody reads the queues that go: whoever still does logs in as a user that goes
 * with them. A queue that is read for longer than that stays, and so does one that holds messages.
 * @throws as `applyTopology`
 */
export async function removeUndeclared({
  patienceSeconds = 300,
  clock = systemClock,
  ...settings
}: RemoveSettings): Promise<ApplyReport> {
  const { client, topology } = settings;
  const retry = retryOptions(settings);
  const { plan } = await planAgainstBroker({ ...settings, prune: true });
  const going = plan.flatMap(({ kind, action, name }) => (kind === 'queue' && action === 'delete' ? [name] : []));
  const patience = clock.now() + patienceSeconds * 1000;
  let quietSince = clock.now();
  while (going.length > 0 && clock.now() < Math.min(patience, quietSince + quietMilliseconds)) {
    const queues = await retrying(() => client.get<readonly QueueState[]>(['queues', topology.vhost.name]), retry);
    await sleep(clock, pollMilliseconds);
    if (queues.some(({ name, consumers = 0 }) => consumers > 0 && going.includes(name))) quietSince = clock.now();
  }
  return applyTopology({ ...settings, prune: true });
}
