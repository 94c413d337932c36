import { CreateTableCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { LocalRunEvent } from '../../../../lib/platform/local/events.ts';
import { eventFilter } from '../../../../lib/platform/local/mapping/event-filter.ts';
import { StreamClient } from '../../../../lib/platform/local/mapping/stream-client.ts';
import { StreamMapping, type StreamMappingSettings } from '../../../../lib/platform/local/mapping/stream-mapping.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { type LocalTables, startLocalTables } from '../dynamodb/local-tables.ts';

let tables: LocalTables;
const mappings: StreamMapping[] = [];
beforeAll(async () => {
  tables = await startLocalTables();
}, 180_000);
afterEach(() => Promise.all(mappings.splice(0).map((mapping) => mapping.stop())));
afterAll(() => tables.stop());

interface Received {
  readonly Records: readonly {
    readonly eventSourceARN: string;
    readonly dynamodb: { Keys: { id: { S: string } }; SequenceNumber: string };
  }[];
}

/** A table with these ids written to it, and a mapping of its stream; what the function got, by ids, and what was said. */
const run = async (
  ids: readonly string[],
  answer: (ids: readonly string[], event: Received) => 'fail' | object | null,
  settings: Partial<StreamMappingSettings> = {},
) => {
  const TableName = `t${crypto.randomUUID()}`;
  const { TableDescription } = await tables.client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
    }),
  );
  const streamArn = TableDescription?.LatestStreamArn ?? '';
  const put = (id: string) => tables.client.send(new PutItemCommand({ TableName, Item: { id: { S: id } } }));
  for (const id of ids) await put(id);
  const batches: string[] = [];
  const events: Received[] = [];
  const said: LocalRunEvent[] = [];
  const mapping = new StreamMapping(
    {
      streamArn,
      startingPosition: 'TRIM_HORIZON',
      batchSize: 100,
      windowMilliseconds: 0,
      filter: eventFilter([]),
      bisectOnError: false,
      reportsItemFailures: false,
      maximumRetries: -1,
      maximumRecordAge: -1,
      backoffMilliseconds: { base: 1, cap: 1 },
      ...settings,
    },
    new StreamClient(tables.endpoint, 'TEST', streamArn),
    {
      name: 'function',
      invoke: async (payload) => {
        const event = JSON.parse(payload) as Received;
        const got = event.Records.map(({ dynamodb }) => dynamodb.Keys.id.S);
        events.push(event);
        batches.push(got.join(''));
        const result = answer(got, event);
        return result === 'fail'
          ? { status: 'failed', error: { errorType: 'Error', errorMessage: 'no' } }
          : { status: 'succeeded', payload: JSON.stringify(result) };
      },
    },
    (event) => said.push(event),
  );
  mappings.push(mapping);
  await mapping.start();
  return { batches, events, said, put, streamArn };
};
/** @param meanwhile done between two looks */
const until = async (condition: () => boolean, meanwhile: () => Promise<void> = async () => undefined) => {
  const deadline = Date.now() + 100_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within 100 s: ${condition}`);
    await meanwhile();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
const notices = (said: readonly LocalRunEvent[]) =>
  said.flatMap((event) => (event.type === 'notice' ? [event.message] : []));

describe('a mapping of a stream', () => {
  it('hands records to the function in order, in batches of the size that was set, each once', async () => {
    const { batches, events, put, streamArn } = await run(['a', 'b', 'c'], () => null, { batchSize: 2 });
    await until(() => batches.join('') === 'abc');
    await put('d');
    await until(() => batches.join('') === 'abcd');
    expect(batches).toEqual(['ab', 'c', 'd']);
    expect(events[0]?.Records[0]?.eventSourceARN).toBe(streamArn);
  });

  it('gives a batch that failed to the function again, before anything later', async () => {
    let failures = 3;
    const { batches } = await run(['a', 'b', 'c'], () => (failures-- > 0 ? 'fail' : null), { batchSize: 2 });
    await until(() => batches.at(-1) === 'c');
    expect(batches).toEqual(['ab', 'ab', 'ab', 'ab', 'c']);
  });

  it('gives up after so many retries, says so, and goes on', async () => {
    const { batches, said } = await run(['a', 'b'], ([id]) => (id === 'a' ? 'fail' : null), {
      batchSize: 1,
      maximumRetries: 2,
    });
    await until(() => batches.at(-1) === 'b');
    expect(batches).toEqual(['a', 'a', 'a', 'b']);
    expect(notices(said)).toEqual(['function: 1 stream record given up: failed 3 times']);
  });

  it('halves a batch that failed until the bad record is alone', async () => {
    const { batches } = await run(['a', 'b', 'c', 'd'], (ids) => (ids.includes('c') ? 'fail' : null), {
      bisectOnError: true,
      maximumRetries: 0,
    });
    await until(() => batches.at(-1) === 'd');
    expect(batches).toEqual(['abcd', 'ab', 'cd', 'c', 'd']);
  });

  it('goes on at the first record that the function reports as failed', async () => {
    let tries = 0;
    const { batches } = await run(
      ['a', 'b', 'c'],
      (ids, { Records }) => ({
        batchItemFailures:
          ids.includes('b') && ++tries < 3
            ? [{ itemIdentifier: Records[ids.indexOf('b')]?.dynamodb.SequenceNumber }]
            : [],
      }),
      { reportsItemFailures: true },
    );
    await until(() => batches.length === 3);
    expect(batches).toEqual(['abc', 'bc', 'bc']);
  });

  it('gives up records that became too old while they failed, and says so', async () => {
    const clock = new VirtualClock(Date.now());
    const { said, batches } = await run(['a'], () => 'fail', { maximumRecordAge: 60, clock });
    await until(() => batches.length > 0);
    await until(
      () => notices(said).length > 0,
      () => clock.advance(10_000),
    );
    expect(notices(said)).toEqual(['function: 1 stream record given up: too old']);
  });

  it('leaves out what the filter refuses', async () => {
    const filtered = await run(['a', 'b'], () => null, {
      filter: eventFilter(['{"dynamodb":{"Keys":{"id":{"S":["b"]}}}}']),
    });
    await until(() => filtered.batches.length > 0);
    expect(filtered.batches).toEqual(['b']);
  });

  it('waits for a batch to fill as long as it was told', async () => {
    const clock = new VirtualClock();
    const { batches, put } = await run(['a'], () => null, { batchSize: 2, windowMilliseconds: 60_000, clock });
    // The mapping has read the first record once it waits for the next look.
    await until(() => clock.waiting > 0);
    await clock.advance(1000);
    expect(batches).toEqual([]);
    await put('b');
    await until(
      () => batches.length > 0,
      () => clock.advance(250),
    );
    expect(batches).toEqual(['ab']);
  });
});
