import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { LocalState } from '../../../lib/platform/local/state/state-file.ts';
import {
  asAdministrator,
  hasThing,
  makeThing,
  rowsOf,
  type StartedStacks,
  startStacks,
  until,
} from '../support/local-run-setting.ts';

let stacks: StartedStacks;
beforeAll(async () => {
  stacks = await startStacks();
}, 150_000);

const partsNow = (): LocalState['parts'] =>
  (JSON.parse(readFileSync(join(stacks.directory, 'state.json'), 'utf8')) as LocalState).parts;
const said = (): string[] => stacks.events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));

const lastResults = async (): Promise<readonly (string | undefined)[]> => {
  const { state, credentials } = stacks.run;
  const client = new LambdaClient({ endpoint: state.endpoints.aws, region: state.aws.region, credentials });
  try {
    const { EventSourceMappings = [] } = await client.send(new ListEventSourceMappingsCommand());
    return EventSourceMappings.map(({ LastProcessingResult }) => LastProcessingResult);
  } finally {
    client.destroy();
  }
};
const isConnectionError = (result: string | undefined): boolean =>
  result?.startsWith('PROBLEM: Connection error') === true;

describe('when the broker of a run is killed', () => {
  it('the run says so, starts it again with what was in its queues, and events go on', async () => {
    const { run } = stacks;
    await makeThing(run, 'before');
    await until('the thing before', () => hasThing(run, 'before'));
    const paused = run.mappings.filter(({ queue }) => queue === 'keep-thing');
    await Promise.all(paused.map((mapping) => mapping.pause()));
    await makeThing(run, 'kept');
    process.kill(run.ownBroker?.pid ?? 0, 'SIGKILL');
    await until('what state.json says of it', () => partsNow().broker === 'restarting');
    expect(said().join()).toContain('RabbitMQ ended unexpectedly (signal SIGKILL); it is started again with its data');
    await until('what Lambda says of mappings', () => lastResults().then((results) => results.some(isConnectionError)));
    await until('the broker again', () => partsNow().broker === 'running', 120);
    expect(run.state.parts.broker).toBe('running');
    await Promise.all(paused.map((mapping) => mapping.resume()));
    await until('the thing that was in the queue', () => hasThing(run, 'kept'));
    await makeThing(run, 'after');
    await until('the thing after', () => hasThing(run, 'after'));
  }, 240_000);
});

describe('when the DynamoDB of a run is killed', () => {
  it('the run says so, starts it again with all items, and events go on', async () => {
    const { run } = stacks;
    await makeThing(run, 'written');
    await until('the thing before', () => hasThing(run, 'written'));
    process.kill(run.dynamoDb.pid, 'SIGKILL');
    await until('what state.json says of it', () => partsNow().dynamoDb === 'restarting');
    expect(said().join()).toContain('the local DynamoDB ended unexpectedly (signal SIGKILL)');
    await until('DynamoDB again', () => partsNow().dynamoDb === 'running');
    expect(await hasThing(run, 'written')).toBe(true);
    // A duplicate is still known as one: its claim was kept, too.
    await makeThing(run, 'written');
    await makeThing(run, 'later');
    await until('the thing after', () => hasThing(run, 'later'));
    const [row] = (await rowsOf(run, 'Things')).filter(({ thingId }) => thingId?.S === 'written');
    expect(row?.writes?.N).toBe('1');
  }, 120_000);
});

describe('when the broker makes a dead letter of a message', () => {
  it('the run says which, and why', async () => {
    const { run, events } = stacks;
    const mapping = run.mappings.find(({ queue }) => queue === 'send-note');
    await mapping?.pause();
    try {
      await asAdministrator(run, async (connection) => {
        const channel = await connection.createConfirmChannel();
        const found = await until('a dead letter', async () => {
          // A message expires only as the first of its queue. What tests before have left there is held until the connection ends.
          while (await channel.get('send-note'));
          // Again and again: the watch may still be on its way back to the broker that was killed, and misses what happens meanwhile.
          channel.sendToQueue('send-note', Buffer.from('{}'), { messageId: 'too-late', expiration: '1' });
          await channel.waitForConfirms();
          return events.find((event) => event.type === 'dead-letter' && event.queue === 'send-note');
        });
        expect(found).toEqual({ type: 'dead-letter', queue: 'send-note', messageId: 'too-late', reason: 'expired' });
      });
    } finally {
      await mapping?.resume();
    }
  }, 150_000);
});
