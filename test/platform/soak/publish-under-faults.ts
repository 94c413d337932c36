import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';
import type { RunningBroker } from '../../../lib/platform/local/broker/running-broker.ts';
import { TcpProxy } from '../../../lib/platform/local/faults/tcp-proxy.ts';
import { createPublisher } from '../../../lib/platform/runtime/amqp/amqp-publisher.ts';
import { connectionSettingsFromUrl } from '../../../lib/platform/runtime/amqp/connection-settings.ts';
import type { PublishResult } from '../../../lib/platform/runtime/publisher.ts';
import { idsIn } from './queue-contents.ts';

export interface FaultySetting {
  readonly broker: RunningBroker;
  readonly vhost: string;
  readonly messages: number;
  /** Calls of 50 messages at a time. */
  readonly callers: number;
  /** Time that a call has; shorter than an outage, so that some messages are reported failed. */
  readonly timeoutMilliseconds: number;
  readonly blockedMilliseconds: number;
  readonly onFault: (description: string, settled: number) => void;
}

/** What the publisher said, beside what was found. */
export interface Account {
  readonly said: Readonly<Record<PublishResult['status'], number>>;
  /** Messages without a result. */
  readonly unaccounted: number;
  /** Different messages in the queue. */
  readonly found: number;
  /** Copies beyond the first, which consumers recognise by id. */
  readonly duplicates: number;
  /** Confirmed and not in the queue. */
  readonly lost: readonly string[];
  /** Said to have certainly not arrived, and in the queue. */
  readonly denied: readonly string[];
  readonly restarts: number;
  readonly cuts: number;
  readonly blocks: number;
  readonly connections: number;
}

const perCall = 50;
const queue = 'soak';

/**
 * Publishes numbered messages while the broker is restarted three times, the connection cut five times and publishers are blocked once,
 * evenly spread over the messages; then compares what the publisher said with what is in the queue.
 */
export async function publishUnderFaults(setting: FaultySetting): Promise<Account> {
  const { broker, vhost, messages } = setting;
  const observerUrl = `amqp://${broker.admin.username}:${broker.admin.password}@localhost:${broker.amqpPort}/${encodeURIComponent(vhost)}`;
  await withChannel(observerUrl, (channel) =>
    channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } }),
  );
  // RabbitMQ loses a quorum queue if it is killed within about a second of its declaration.
  await sleep(3000);
  const proxy = await TcpProxy.start(broker.amqpsPort);
  let connections = 0;
  const publisher = createPublisher(
    connectionSettingsFromUrl(
      `amqps://${broker.admin.username}:${broker.admin.password}@localhost:${proxy.port}/${encodeURIComponent(vhost)}`,
      { ca: readFileSync(broker.caFile) },
    ),
    {
      timeoutMilliseconds: setting.timeoutMilliseconds,
      confirmTimeoutMilliseconds: Math.min(10_000, setting.timeoutMilliseconds / 2),
      log: {
        info: (message) => {
          if (message === 'connected to the broker') connections += 1;
        },
        warn: () => {},
      },
    },
  );
  const results: (PublishResult | undefined)[] = new Array(messages).fill(undefined);
  let next = 0;
  let settled = 0;
  // An outage may cost a part of the messages, not all that are left for what comes after it.
  let allowed = 0;
  let over = false;
  const until = async (condition: () => boolean) => {
    while (!condition() && !over) await sleep(5);
  };
  const caller = async () => {
    while (next < messages && !over) {
      await until(() => next < allowed || next === messages);
      const first = next;
      next = Math.min(allowed, first + perCall);
      const numbers = Array.from({ length: next - first }, (_, index) => first + index);
      const answers = await publisher.publish(
        numbers.map((number) => ({
          exchange: '',
          routingKey: queue,
          properties: { messageId: String(number) },
          headers: {},
          body: Buffer.from(`body of ${number}`),
        })),
      );
      for (const [index, number] of numbers.entries()) results[number] = answers[index];
      settled += numbers.length;
    }
  };
  const counted = { restarts: 0, cuts: 0, blocks: 0 };
  const faults = faultsOf(setting, proxy, counted, until);
  const faulting = async () => {
    for (const [index, fault] of faults.entries()) {
      const share = Math.floor(messages / (faults.length + 1));
      allowed = share * (index + 2);
      await until(() => settled >= share * (index + 1));
      setting.onFault(fault.description, settled);
      await fault.happen();
    }
    allowed = messages;
  };
  try {
    await Promise.all([faulting(), ...Array.from({ length: setting.callers }, caller)]);
  } finally {
    over = true;
    await publisher.close();
    await proxy.stop();
  }
  const ids = await withChannel(observerUrl, (channel) => idsIn(channel, queue));
  return { ...account(results, ids), ...counted, connections };
}

interface Fault {
  readonly description: string;
  happen(): Promise<unknown>;
}

function faultsOf(
  { broker, blockedMilliseconds }: FaultySetting,
  proxy: TcpProxy,
  counted: { restarts: number; cuts: number; blocks: number },
  until: (condition: () => boolean) => Promise<void>,
): Fault[] {
  const restart = (how: 'graceful' | 'kill'): Fault => ({
    description: `broker restarted (${how})`,
    happen: async () => {
      await broker.restart(how);
      counted.restarts += 1;
    },
  });
  const cut = (how: 'fin' | 'rst' | 'blackHole'): Fault => ({
    description: `connection cut (${how})`,
    happen: async () => {
      // There is something to cut, after a restart too.
      await until(() => proxy.open > 0);
      proxy[how]();
      counted.cuts += 1;
    },
  });
  const block: Fault = {
    description: 'publishers blocked (memory alarm)',
    happen: async () => {
      await broker.rabbitmqctl('set_vm_memory_high_watermark', '0.00001');
      await sleep(blockedMilliseconds);
      await broker.rabbitmqctl('set_vm_memory_high_watermark', '0.6');
      counted.blocks += 1;
    },
  };
  return [
    cut('rst'),
    restart('graceful'),
    cut('fin'),
    block,
    restart('kill'),
    cut('blackHole'),
    cut('rst'),
    restart('kill'),
    cut('fin'),
  ];
}

function account(results: readonly (PublishResult | undefined)[], ids: readonly string[]) {
  const found = new Set(ids);
  const said = { confirmed: 0, returned: 0, rejected: 0, failed: 0 };
  const lost: string[] = [];
  const denied: string[] = [];
  for (const [number, result] of results.entries()) {
    if (!result) continue;
    said[result.status] += 1;
    const id = String(number);
    if (result.status === 'confirmed' && !found.has(id)) lost.push(id);
    if (result.status === 'returned' && found.has(id)) denied.push(id);
    if (result.status === 'failed' && !result.mayHaveArrived && found.has(id)) denied.push(id);
  }
  return {
    said,
    unaccounted: results.filter((result) => result === undefined).length,
    found: found.size,
    duplicates: ids.length - found.size,
    lost,
    denied,
  };
}

async function withChannel<T>(
  url: string,
  work: (channel: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createChannel']>>) => Promise<T>,
): Promise<T> {
  const connection = await connect(url, { noDelay: true });
  try {
    return await work(await connection.createChannel());
  } finally {
    await connection.close();
  }
}
