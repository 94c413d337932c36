import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { ChannelModel } from 'amqplib';
import { tableVariable } from '../../config/function-environment.ts';
import { delayLevels } from '../../config/message-limits.ts';
import { consumerQueues } from '../../topology/consumer-queues.ts';
import type { TopologyDeclaration } from '../../topology/declaration.ts';
import { parseDelayRoutingKey } from '../../topology/delay.ts';
import { deadLetterQueue, delayLevel, delayParkingQueue } from '../../topology/names.ts';
import { doneClaims } from './done-claims.ts';
import type { Effects, Row } from './effects.ts';
import type { ConsumerFindings, Findings, PublishedEvent } from './ledger.ts';
import { peekQueue } from './peek-queue.ts';
import type { Witness } from './witness.ts';

export interface FindingsSources {
  readonly connection: ChannelModel;
  readonly dynamoDb: DynamoDBClient;
  readonly consumers: TopologyDeclaration['consumers'];
  readonly witness: Witness;
  readonly published: readonly PublishedEvent[];
  readonly effects: Effects;
  readonly doomed?: Findings['doomed'];
  /** An environment variable of the consumer's function, by which the stack told it the name of a table. */
  readonly environment: (consumer: string, variable: string) => string | undefined;
}

/** Looks at everything that the ledger is made from: queues, dead letters, claims, effects. Changes nothing. */
export const collectFindings = async (sources: FindingsSources): Promise<Findings> => {
  const { connection, dynamoDb, consumers, witness, published, effects } = sources;
  await witness.assertComplete();
  const names = Object.keys(consumers);
  const claimTables = new Set(
    names.map((name) => sources.environment(name, 'CLAIM_TABLE')).filter((table) => table !== undefined),
  );
  const claims: Row[] = [];
  for (const table of claimTables) claims.push(...(await scan(dynamoDb, table)));
  const done = doneClaims(claims);

  const delayed = [];
  for (let level = 0; level < delayLevels; level += 1)
    delayed.push(...(await peekQueue(connection, delayLevel(level))));

  const found: ConsumerFindings[] = [];
  for (const [consumer, declared] of Object.entries(consumers)) {
    const queues = consumerQueues(consumer, declared);
    const waiting = delayed.filter(({ routingKey }) => queues.includes(parseDelayRoutingKey(routingKey)?.queue ?? ''));
    for (const queue of queues) waiting.push(...(await peekQueue(connection, queue)));
    const source = effects[consumer];
    const table = source && sources.environment(consumer, tableVariable(source.table));
    const counted = source && table !== undefined ? source.count(await scan(dynamoDb, table)) : undefined;
    found.push({
      consumer,
      arrived: witness.arrived(consumer),
      ...(source?.claims !== 'none' && { done: done.get(consumer) ?? [] }),
      ...(counted && { effects: counted }),
      deadLetters: await peekQueue(connection, deadLetterQueue(consumer)),
      waiting,
    });
  }
  const unroutable = await peekQueue(connection, delayParkingQueue);
  return {
    published,
    consumers: found,
    unroutable: unroutable.length,
    ...(sources.doomed && { doomed: sources.doomed }),
  };
};

const scan = async (client: DynamoDBClient, TableName: string): Promise<Row[]> => {
  const rows: Row[] = [];
  for await (const page of paginateScan({ client }, { TableName, ConsistentRead: true }))
    rows.push(...(page.Items ?? []));
  return rows;
};
