import type { ManagementClient } from '../topology/management-client.ts';

/** What the broker says of a queue. Numbers that it does not know, as of a queue without a leader, are absent. */
export interface QueueSample {
  readonly name: string;
  /** `running` and, for classic queues, `idle`; anything else is trouble. */
  readonly state?: string;
  readonly ready?: number;
  readonly unacknowledged?: number;
  readonly consumers?: number;
  /** Expired, and not yet taken by where they are dead-lettered to. Absent for queues without at-least-once dead-lettering. */
  readonly deadLettering?: number;
  /** Counted since the broker's statistics began: they start again from 0 when nodes restart. */
  readonly published: number;
  readonly delivered: number;
  readonly redelivered: number;
  /** Settled by consumers, and taken without acknowledgement. */
  readonly departed: number;
}

export interface NodeSample {
  readonly name: string;
  readonly running: boolean;
  readonly memoryUsed?: number;
  readonly memoryLimit?: number;
  readonly diskFree?: number;
  readonly diskFreeLimit?: number;
  readonly memoryAlarm?: boolean;
  readonly diskAlarm?: boolean;
}

/** One look at the broker. */
export interface BrokerSample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly queues: readonly QueueSample[];
  readonly nodes: readonly NodeSample[];
  readonly connections?: number;
}

interface QueueInfo {
  name: string;
  state?: string;
  messages_ready?: number;
  messages_unacknowledged?: number;
  consumers?: number;
  messages_dlx?: number;
  /** Absent for a queue that nothing has ever gone through. */
  message_stats?: Partial<
    Record<'publish' | 'deliver' | 'deliver_no_ack' | 'get' | 'get_no_ack' | 'redeliver' | 'ack', number>
  >;
}

/** A node that is down has a name and little else. */
interface NodeInfo {
  name: string;
  running: boolean;
  mem_used?: number;
  mem_limit?: number;
  mem_alarm?: boolean;
  disk_free?: number;
  disk_free_limit?: number;
  disk_free_alarm?: boolean;
}

/** Of some hundred fields the ones that are used here: the answer for a hundred queues is a megabyte otherwise. */
const queueColumns = [
  'name',
  'state',
  'messages_ready',
  'messages_unacknowledged',
  'consumers',
  'messages_dlx',
  ...['publish', 'deliver', 'deliver_no_ack', 'get', 'get_no_ack', 'redeliver', 'ack'].map(
    (counter) => `message_stats.${counter}`,
  ),
];

/**
 * Reads queues, nodes and connections. Needs a user with the tag `monitoring` and a permission on the vhost, which may be one that permits nothing.
 * @throws ManagementError
 */
export async function readBroker(client: ManagementClient, vhost: string, now = Date.now): Promise<BrokerSample> {
  const [queues, nodes, overview] = await Promise.all([
    client.get<QueueInfo[]>(['queues', vhost], { columns: queueColumns.join(',') }),
    client.get<NodeInfo[]>(['nodes']),
    client.get<{ object_totals?: { connections?: number } }>(['overview']),
  ]);
  return {
    at: now(),
    queues: queues.map(queueSample),
    nodes: nodes.map(nodeSample),
    connections: overview.object_totals?.connections,
  };
}

function queueSample({ message_stats: counters = {}, ...info }: QueueInfo): QueueSample {
  const { publish = 0, deliver = 0, deliver_no_ack = 0, get = 0, get_no_ack = 0, redeliver = 0, ack = 0 } = counters;
  return {
    name: info.name,
    state: info.state,
    ready: info.messages_ready,
    unacknowledged: info.messages_unacknowledged,
    consumers: info.consumers,
    deadLettering: info.messages_dlx,
    published: publish,
    delivered: deliver + deliver_no_ack + get + get_no_ack,
    redelivered: redeliver,
    departed: ack + deliver_no_ack + get_no_ack,
  };
}

const nodeSample = (info: NodeInfo): NodeSample => ({
  name: info.name,
  running: info.running,
  memoryUsed: info.mem_used,
  memoryLimit: info.mem_limit,
  diskFree: info.disk_free,
  diskFreeLimit: info.disk_free_limit,
  memoryAlarm: info.mem_alarm,
  diskAlarm: info.disk_free_alarm,
});
