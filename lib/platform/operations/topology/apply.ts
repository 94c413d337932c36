import type { Kind, TopologyChange } from '../../topology/change.ts';
import { reasonToKeepPolicy } from '../../topology/pruning.ts';
import { type ApplyReport, type ChangeResult, summary, TopologyApplyError } from './apply-report.ts';
import { type CarryOutContext, carryOut } from './carry-out.ts';
import { ManagementError } from './management-error.ts';
import { type PlanSettings, planAgainstBroker, retryOptions } from './plan-against-broker.ts';
import { conflicts, missingPasswords } from './refusals.ts';
import { retrying } from './retry.ts';

export interface ApplySettings extends PlanSettings {
  /** Told of each change as it is made. */
  readonly onResult?: (result: ChangeResult) => void;
}

/** Narrowing before widening, policies before the queues they govern, and nothing is taken away before all that is new is there. */
const steps: readonly (readonly [Kind, 'write' | 'delete'])[] = [
  ['vhost', 'write'],
  ['user', 'write'],
  ['topicPermission', 'write'],
  ['permission', 'write'],
  ['exchange', 'write'],
  ['policy', 'write'],
  ['queue', 'write'],
  ['binding', 'write'],
  ['binding', 'delete'],
  ['queue', 'delete'],
  ['exchange', 'delete'],
  ['policy', 'delete'],
  ['permission', 'delete'],
  ['topicPermission', 'delete'],
  ['user', 'delete'],
];

const requestsAtOnce = 4;

/**
 * Makes the broker have `topology`. Idempotent: applied again it changes nothing. Stops at the first hard failure.
 * @throws InvalidTopologyError, BrokerNotReadyError, ManagementError before anything is changed
 * @throws TopologyApplyError when something can't be changed in place, a password is missing (nothing is changed then either), or a change fails
 */
export async function applyTopology(settings: ApplySettings): Promise<ApplyReport> {
  const { client, topology, passwords = {}, onResult } = settings;
  const { version, plan } = await planAgainstBroker(settings);
  const results = new Map<TopologyChange, ChangeResult>();
  const note = (result: ChangeResult) => {
    results.set(result.change, result);
    onResult?.(result);
  };
  const report = (): ApplyReport => ({
    broker: client.broker,
    version,
    vhost: topology.vhost.name,
    results: plan.map((change) => results.get(change) ?? { change, outcome: 'skipped', reason: 'not attempted' }),
  });
  refuse(conflicts(plan), report);
  refuse(missingPasswords(plan, passwords), report);

  for (const change of plan) {
    if (change.action === 'unchanged') results.set(change, { change, outcome: 'unchanged' });
    if (change.action === 'keep') results.set(change, { change, outcome: 'kept', reason: change.reason });
  }
  const context: CarryOutContext = { client, topology, passwords, retry: retryOptions(settings) };
  for (const [kind, operation] of steps) {
    const changes = plan.filter(
      (change) =>
        change.kind === kind &&
        (operation === 'delete' ? change.action === 'delete' : ['create', 'update'].includes(change.action)),
    );
    const failed = await carryOutAll(
      changes,
      context,
      note,
      kind === 'policy' ? keepWhatStaysGoverned(results) : () => undefined,
    );
    if (failed) {
      const message = `${failed.change.kind} '${failed.change.name}' could not be ${failed.change.action}d: ${failed.reason} (${summary(report())})`;
      throw new TopologyApplyError(message, report(), { cause: failed.cause });
    }
    if (kind === 'vhost') await permitAdministrator(context);
  }
  return report();
}

interface Failure {
  readonly change: TopologyChange;
  readonly reason: string;
  readonly cause: unknown;
}

/** The last look before a deletion may have found messages in a queue, which then needs its policy still. */
function keepWhatStaysGoverned(
  results: ReadonlyMap<TopologyChange, ChangeResult>,
): (change: TopologyChange) => string | undefined {
  const staying = [...results.values()].flatMap(({ change, outcome }) =>
    change.kind === 'queue' && change.action === 'delete' && outcome === 'kept' ? [change.actual] : [],
  );
  return (change) =>
    change.kind === 'policy' && change.action === 'delete' ? reasonToKeepPolicy(change.actual, staying) : undefined;
}

/** A few at once; after a failure none is started. */
async function carryOutAll(
  changes: readonly TopologyChange[],
  context: CarryOutContext,
  note: (result: ChangeResult) => void,
  reasonToKeep: (change: TopologyChange) => string | undefined,
): Promise<Failure | undefined> {
  const queue = changes.values();
  let failure: Failure | undefined;
  const work = async (): Promise<void> => {
    for (const change of queue) {
      if (failure) {
        note({ change, outcome: 'skipped', reason: 'not attempted' });
        continue;
      }
      try {
        const reason = reasonToKeep(change);
        const outcome = reason === undefined ? await carryOut(change, context) : { keptBecause: reason };
        note(outcome === 'done' ? { change, outcome } : { change, outcome: 'kept', reason: outcome.keptBecause });
      } catch (error) {
        const reason = error instanceof ManagementError ? error.reason : String(error);
        note({ change, outcome: 'failed', reason });
        failure ??= { change, reason, cause: error };
      }
    }
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, work));
  return failure;
}

/** Who creates a virtual host does not everywhere get permissions in it, and can't declare anything without. */
async function permitAdministrator({ client, topology, retry }: CarryOutContext): Promise<void> {
  const path = ['permissions', topology.vhost.name, client.username];
  const present = await retrying(async () => {
    try {
      await client.get(path);
      return true;
    } catch (error) {
      if (error instanceof ManagementError && error.status === 404) return false;
      throw error;
    }
  }, retry);
  if (!present) await retrying(() => client.put(path, { configure: '.*', write: '.*', read: '.*' }), retry);
}

function refuse(problems: readonly string[], report: () => ApplyReport): void {
  if (problems.length === 0) return;
  throw new TopologyApplyError(
    `nothing was changed:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
    report(),
  );
}
