import type { DynamoDBClient, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { createOutbox, type OutboxEvent } from '../../../../lib/platform/runtime/outbox/outbox.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { MessagePlan } from '../scenario/scenario.ts';
import type { World } from './world.ts';

type OutboxWorld = Pick<World, 'outbox' | 'start'>;

const outboxOf = ({ clock }: SimulatedProcess, client?: DynamoDBClient) =>
  createOutbox({ exchange: 'events', tableName: 'outbox', now: clock.now, ...(client && { client }) });

const eventOf = ({ id, to, key, flaw, outbox }: MessagePlan, start: number): OutboxEvent => ({
  id,
  type: `to.${to}`,
  key,
  data: flaw === 'undecodable' ? Buffer.from('{') : flaw === 'invalid' ? { id } : { id, key },
  contentType: 'application/json',
  ...(outbox?.deliverAt !== undefined && { deliverAt: new Date(start + outbox.deliverAt) }),
});

/** What puts messages into the outbox, for a transaction of the process's own. */
export function outboxItems(
  messages: readonly MessagePlan[],
  process: SimulatedProcess,
  { outbox, start }: OutboxWorld,
): TransactWriteItem[] {
  for (const { id, key } of messages) outbox.adds(id, key);
  return outboxOf(process).items(...messages.map((message) => eventOf(message, start)));
}

/** Puts a message into the outbox. @throws {OutboxUnavailableError} */
export async function addToOutbox(
  message: MessagePlan,
  process: SimulatedProcess,
  client: DynamoDBClient,
  { outbox, start }: OutboxWorld,
): Promise<void> {
  outbox.adds(message.id, message.key);
  await outboxOf(process, client).add(eventOf(message, start));
}
