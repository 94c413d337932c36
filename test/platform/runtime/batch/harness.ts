// Runs batches with claims in memory and a publisher that records what it is given.

import { Logger } from '@aws-lambda-powertools/logger';
import type { ConsumerDefinition, ConsumerServices } from '../../../../lib/platform/runtime/batch/batch.ts';
import { processBatch } from '../../../../lib/platform/runtime/batch/process-batch.ts';
import type { BatchReport } from '../../../../lib/platform/runtime/batch/report.ts';
import type { ClaimStore } from '../../../../lib/platform/runtime/claims/claim-store.ts';
import { MemoryClaimStore } from '../../../../lib/platform/runtime/claims/memory-claim-store.ts';
import { MemoryKeyQueueStore } from '../../../../lib/platform/runtime/order/memory-key-queue-store.ts';
import type { MessagePublisher, OutgoingMessage, PublishResult } from '../../../../lib/platform/runtime/publisher.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { eventOf, type Published } from '../lambda-event.ts';

export const confirmed: PublishResult = { status: 'confirmed' };
export const returned: PublishResult = { status: 'returned', error: new Error('no queue takes it') };
export const rejected: PublishResult = { status: 'rejected', error: new Error('queue is full') };
export const failed: PublishResult = { status: 'failed', error: new Error('connection lost'), mayHaveArrived: true };

export class RecordingPublisher implements MessagePublisher {
  /** What was confirmed. */
  readonly published: OutgoingMessage[] = [];
  calls = 0;
  answer: (message: OutgoingMessage) => PublishResult = () => confirmed;

  async publish(messages: readonly OutgoingMessage[]): Promise<PublishResult[]> {
    this.calls++;
    return messages.map((message) => {
      const result = this.answer(message);
      if (result.status === 'confirmed') this.published.push(message);
      return result;
    });
  }
}

export interface World {
  readonly publisher: RecordingPublisher;
  readonly claims: MemoryClaimStore;
  readonly order: MemoryKeyQueueStore;
  readonly clock: VirtualClock;
}

export const newWorld = (): World => {
  const clock = new VirtualClock();
  return {
    clock,
    publisher: new RecordingPublisher(),
    claims: new MemoryClaimStore({ now: clock.now }),
    order: new MemoryKeyQueueStore(),
  };
};

export type Handle = ConsumerDefinition['handle'];

export interface Run extends Partial<Omit<ConsumerDefinition, 'handle'>> {
  readonly services?: Partial<Omit<ConsumerServices, 'claims'>>;
  readonly claims?: ClaimStore | 'none';
  readonly remainingMilliseconds?: number;
  readonly owner?: string;
  readonly logger?: Logger;
  readonly onReport?: (report: BatchReport) => void;
  readonly queue?: string;
}

let invocations = 0;
export const silent = new Logger({ logLevel: 'SILENT' });

/** One invocation with these messages in its batch. Time stands still until the test moves the world's clock. */
export function invoke(
  world: World,
  messages: readonly Published[],
  handle: Handle,
  {
    services,
    claims = world.claims,
    remainingMilliseconds = 60_000,
    owner = `owner-${++invocations}`,
    logger = silent,
    onReport,
    queue = 'q',
    ...more
  }: Run = {},
): Promise<BatchReport> {
  const consumer: ConsumerDefinition = {
    name: queue,
    schema: undefined,
    orderBy: undefined,
    concurrency: 10,
    maxBodyBytes: 1_000_000,
    policy: { maxAttempts: 3, baseDelaySeconds: 10, maxDelaySeconds: 60 },
    handle,
    ...more,
  };
  return processBatch(
    eventOf({ [queue]: messages }),
    consumer,
    {
      ...(claims === 'none' ? {} : { claims, order: world.order }),
      publisher: async () => world.publisher,
      clock: world.clock,
      random: () => 0.5,
      ...services,
    },
    { remainingMilliseconds, owner, logger: () => logger, onReport },
  );
}

export const message = (messageId: string, more: Published = {}): Published => ({
  ...more,
  properties: { messageId, ...more.properties },
});

/** Where a copy goes and which attempt it is for. */
export const summary = ({ exchange, routingKey, properties, headers }: OutgoingMessage) => ({
  id: properties.messageId,
  to: exchange === 'dead-letter' ? `dead-letter ${routingKey}` : `${delayOf(routingKey)} s ${routingKey.slice(32)}`,
  attempt: headers['x-attempt'] ?? 1,
  ...(headers['x-dead-letter-reason'] === undefined ? {} : { reason: headers['x-dead-letter-reason'] }),
});

const delayOf = (routingKey: string): number => Number.parseInt(routingKey.slice(0, 32).replaceAll('.', ''), 2);

/** A promise and the function that resolves it. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** What an invocation comes to while so much time passes. */
export async function letPass<Result>(
  { clock }: World,
  milliseconds: number,
  running: Promise<Result>,
): Promise<Result> {
  const [result] = await Promise.all([running, clock.advance(milliseconds)]);
  return result;
}
