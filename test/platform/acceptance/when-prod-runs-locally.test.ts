import { GetEventSourceMappingCommand, LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { LocalRunEvent } from '../../../lib/platform/local/events.ts';
import type { LocalRun } from '../../../lib/platform/local/local-run.ts';
import { rotateUnderLoad } from '../soak/rotate-under-load.ts';
import { assemblyOf } from '../support/assemblies.ts';
import { runStacks, scratchFolder } from '../support/local-run-setting.ts';

jest.setTimeout(300_000);

let events: readonly LocalRunEvent[];
let run: LocalRun;

beforeAll(async () => {
  ({ run, events } = await runStacks(assemblyOf('prod', scratchFolder)));
});

describe('when the stacks for production run on this machine', () => {
  it('consumers are behind an alias', async () => {
    const client = new LambdaClient({
      endpoint: run.state.endpoints.aws,
      region: run.state.aws.region,
      credentials: run.credentials,
    });
    const { EventSourceMappings = [] } = await client.send(new ListEventSourceMappingsCommand({}));
    expect(EventSourceMappings.map(({ FunctionArn }) => FunctionArn?.split(':').at(-1))).toEqual(
      run.mappings.map(() => 'live'),
    );
    const [{ UUID } = {}] = EventSourceMappings;
    expect(await client.send(new GetEventSourceMappingCommand({ UUID }))).toMatchObject({ State: 'Enabled' });
    client.destroy();
  });

  it('things get their rows through it, also while a mapping gets a new password', async () => {
    const account = await rotateUnderLoad({
      run,
      events,
      messages: 50,
      rotations: 1,
      users: ['keep-thing.mapping'],
      settleMilliseconds: 240_000,
    });
    expect(account).toMatchObject({ confirmed: 50, lost: [], twice: [], unlogged: 0, rotated: 1, failedBatches: 0 });
  });
});
