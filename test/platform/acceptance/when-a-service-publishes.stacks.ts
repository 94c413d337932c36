import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { RotateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LocalRunEvent } from '../../../lib/platform/local/events.ts';
import type { LocalRun } from '../../../lib/platform/local/local-run.ts';
import { ManagementClient } from '../../../lib/platform/operations/topology/management-client.ts';
import { hasThing, startStacks, until } from '../support/local-run-setting.ts';

// What the container of test/platform/application/stacks.ts would run, from the folder of its image, as a process of this machine.

let run: LocalRun;
let seen: readonly LocalRunEvent[];
let management: ManagementClient;
let secrets: SecretsManagerClient;
let shop: ChildProcess;
let said = '';
let port: number;

const imageFolder = (assembly: string): string => {
  const { dockerImages } = JSON.parse(readFileSync(join(assembly, 'things-local-shop.assets.json'), 'utf8'));
  const [image] = Object.values<{ source: { directory: string } }>(dockerImages);
  if (!image) throw new Error('the stack of the shop has no image');
  return join(assembly, image.source.directory);
};

beforeAll(async () => {
  let assembly: string;
  ({ run, events: seen, assembly } = await startStacks());
  const { broker, state } = run;
  const ca = broker.caFile === undefined ? undefined : readFileSync(broker.caFile, 'utf8');
  management = new ManagementClient({ url: broker.managementUrl, ...broker.admin, ca });
  secrets = new SecretsManagerClient({
    region: state.aws.region,
    endpoint: state.endpoints.aws,
    credentials: run.credentials,
  });
  const cwd = imageFolder(assembly);
  const [, command = '[]'] = /^CMD (.*)$/m.exec(readFileSync(join(cwd, 'Dockerfile'), 'utf8')) ?? [];
  const [program, ...args] = JSON.parse(command) as string[];
  expect(program).toBe('node');
  shop = spawn(process.execPath, args, {
    cwd,
    // Nothing of this process's: what is not here the container would not have either.
    env: { ...parseEnv(readFileSync(state.publishers.shop?.variablesFile ?? '', 'utf8')), PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [shop.stdout, shop.stderr]) stream?.on('data', (chunk) => (said += String(chunk)));
  port = Number(await until('the shop listens', () => /listening .*port: (\d+)/.exec(said)?.[1]));
});
afterAll(() => {
  shop?.kill('SIGKILL');
  management?.close();
  secrets?.destroy();
});

/** The status of the answer; undefined where the shop did not let the request in. */
const post = (thingId: string): Promise<number | undefined> =>
  new Promise((resolve) => {
    const posting = request({ port, method: 'POST', agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
    posting.on('error', () => resolve(undefined));
    posting.end(JSON.stringify({ type: 'thing.made', thingId, parts: [{ name: 'wheel', count: 1 }] }));
  });
const arrives = (thingId: string) => until(`${thingId} has arrived`, () => hasThing(run, thingId));

const rotate = async (): Promise<void> => {
  await secrets.send(new RotateSecretCommand({ SecretId: run.state.publishers.shop?.secretArn }));
  await run.rotated();
};
/** The one connection of the shop, by its name on the broker. */
const connectionOf = async (): Promise<{ name: string; user: string } | undefined> => {
  const connections = await management.get<{ name: string; user: string; user_provided_name?: string }[]>([
    'vhosts',
    run.vhost,
    'connections',
  ]);
  return connections.find(({ user_provided_name }) => user_provided_name === 'shop');
};

describe('when a service publishes', () => {
  it('its stack does not keep the others from running: what cannot run here is left out, by name', () => {
    const [leftOut] = seen.filter((event) => event.type === 'left-out');
    expect(leftOut).toMatchObject({ stack: 'things-local-shop' });
    expect(run.state.leftOut.map(({ resourceType }) => resourceType).sort()).toEqual([
      'AWS::ECS::Cluster',
      'AWS::ECS::Service',
      'AWS::ECS::TaskDefinition',
    ]);
  });

  it('it needs nothing but its variables, and its events arrive', async () => {
    expect(await post('shop-1')).toBe(202);
    await arrives('shop-1');
  });

  it('it goes on without a restart when its password has rotated twice and its connection is cut', async () => {
    const before = await until('the broker shows the connection', connectionOf);
    await rotate();
    await rotate();
    // What it logged in with is no longer good, and it does not have to know.
    expect(await post('shop-2')).toBe(202);
    await management.delete(['connections', before.name]);
    await until('the shop has lost its connection', () => said.includes('connection to the broker lost'));
    expect(await post('shop-3')).toBe(202);
    expect(said).toContain('login refused; reading the credentials again');
    await arrives('shop-3');
  });

  it('it answers whom it has let in, with the confirms of the broker, before it ends upon SIGTERM', async () => {
    const ended = once(shop, 'exit');
    const posts = Array.from({ length: 30 }, (_, index) => `shop-last-${index}`).map(async (thingId) => ({
      thingId,
      status: await post(thingId),
    }));
    await Promise.race(posts);
    shop.kill('SIGTERM');
    const answered = await Promise.all(posts);
    expect(await ended).toEqual([0, null]);
    const confirmed = answered.filter(({ status }) => status === 202);
    expect(confirmed.length).toBeGreaterThan(0);
    expect(answered.filter(({ status }) => status !== 202 && status !== undefined)).toEqual([]);
    for (const { thingId } of confirmed) await arrives(thingId);
    expect(said).not.toContain('not closed in an orderly way');
  });
});
