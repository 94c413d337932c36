import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundledConfiguration } from '../../../lib/platform/config/bundled-configuration.ts';
import { bundleFunction } from '../../../lib/platform/constructs/bundle/bundle.ts';
import { topologyOf } from '../../../lib/platform/declaration/topology-of.ts';
import { readTopology } from '../../../lib/platform/operations/topology/read.ts';
import { projectRoot } from '../../../lib/platform/project-root.ts';
import { expandTopology } from '../../../lib/platform/topology/expand.ts';
import type { Topology } from '../../../lib/platform/topology/model.ts';
import { app } from '../application/app.ts';
import { managementClient, passwordsFor } from '../support/applied-topology.ts';
import { sharedBroker } from '../support/test-broker.ts';

const declaration = topologyOf(app);

// The bundle that `cdk deploy` ships, in a process of its own. On AWS's side: CloudFormation's answer address, and the one call of Secrets
// Manager that the function makes.

const folder = mkdtempSync(join(tmpdir(), 'topology-resource-'));
const broker = await sharedBroker();
const client = managementClient(broker);
const { name: vhost } = await broker.vhost();
const topology = expandTopology(declaration, { vhost, userPrefix: `s${randomBytes(4).toString('hex')}-` });
const secrets: Record<string, object> = { admin: broker.admin };
for (const [username, password] of Object.entries(passwordsFor(broker, client, topology))) {
  secrets[`of ${username}`] = { username, password };
}

interface Answer {
  readonly Status: string;
  readonly Reason?: string;
  readonly Data?: { readonly Summary: string };
}
let aws: Server;
let answers: Answer[] = [];

beforeAll(async () => {
  bundleFunction(join(projectRoot, 'lib', 'platform', 'functions', 'topology', 'handler.ts'), folder);
  writeFileSync(join(folder, bundledConfiguration), JSON.stringify(topology));
  writeFileSync(
    join(folder, 'invoke.mjs'),
    `import { handler } from './index.mjs';
     await handler(JSON.parse(process.env.EVENT), { getRemainingTimeInMillis: () => Number(process.env.REMAINING) });`,
  );
  aws = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Answer & { SecretId: string };
      if (request.method === 'PUT') answers.push(body);
      const secret = JSON.stringify({ SecretString: JSON.stringify(secrets[body.SecretId]) });
      response.end(request.method === 'PUT' ? '' : secret);
    });
  }).listen(0, '127.0.0.1');
  await once(aws, 'listening');
}, 180_000);
afterAll(() => {
  aws.close();
  aws.closeAllConnections();
  client.close();
  rmSync(folder, { recursive: true });
});

/** Sends a request as CloudFormation does; the answer, and what the function logged. */
const request = async (RequestType: string, given: { topology?: Topology; url?: string; remaining?: number } = {}) => {
  answers = [];
  const address = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
  const event = {
    RequestType,
    ResponseURL: `${address}/answer`,
    StackId: 'stack',
    RequestId: 'request',
    ResourceType: 'Custom::RabbitMqTopology',
    LogicalResourceId: 'Topology',
    ...(RequestType === 'Create' ? {} : { PhysicalResourceId: 'stack/Topology' }),
    ResourceProperties: {
      ManagementUrl: given.url ?? `https://localhost:${broker.managementPort}`,
      AdminSecretArn: 'admin',
      Topology: JSON.stringify(given.topology ?? topology),
      UserSecretArns: Object.fromEntries(
        topology.users.filter(({ alternateOf }) => alternateOf === undefined).map(({ name }) => [name, `of ${name}`]),
      ),
    },
  };
  const child = spawn(process.execPath, [join(folder, 'invoke.mjs')], {
    env: {
      EVENT: JSON.stringify(event),
      REMAINING: String(given.remaining ?? 60_000),
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'key',
      AWS_ENDPOINT_URL: address,
      LAMBDA_TASK_ROOT: folder,
      NODE_EXTRA_CA_CERTS: broker.caFile,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 100_000,
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (log += text.toString()));
  await once(child, 'close');
  expect(answers).toHaveLength(1);
  return { answer: answers[0] as Answer, log };
};
const bindingsOf = async (queue: string) => {
  const { bindings } = await readTopology(client, vhost);
  return bindings.filter(({ source, destination }) => source === 'events' && destination === queue);
};

describe('when a stack declares its topology', () => {
  it('has all of it on the broker once CloudFormation goes on', async () => {
    const { answer, log } = await request('Create');
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { Summary: expect.stringMatching(/\d+ created$/) } });
    expect(await bindingsOf('keep-thing')).toHaveLength(2);
    expect((await readTopology(client, vhost)).queues).toHaveLength(topology.queues.length);
    const passwords = Object.values(secrets).map((secret) => (secret as { password: string }).password);
    expect(passwords.filter((password) => log.includes(password))).toEqual([]);
  }, 180_000);

  it('changes nothing when nothing has changed', async () => {
    const { answer } = await request('Update');
    expect(answer.Data?.Summary).toMatch(/^\d+ unchanged$/);
  }, 180_000);

  it('stops feeding a queue with what is no longer declared', async () => {
    const bindings = topology.bindings.filter(({ routingKey }) => routingKey !== 'thing.ended');
    const { answer } = await request('Update', { topology: { ...topology, bindings } });
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { Summary: expect.stringContaining('1 deleted') } });
    expect(await bindingsOf('keep-thing')).toMatchObject([{ routingKey: 'thing.made' }]);
  }, 180_000);

  it('says why when a declaration cannot be had in place, and changes nothing', async () => {
    const exchanges = topology.exchanges.map((exchange) =>
      exchange.name === 'events' ? { ...exchange, type: 'direct' as const } : exchange,
    );
    const { answer } = await request('Update', { topology: { ...topology, exchanges } });
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining("exchange 'events'") });
    expect(await bindingsOf('keep-thing')).toHaveLength(1);
  }, 180_000);

  it('gives up in time, with the reason, when the broker cannot be reached', async () => {
    const { answer } = await request('Create', { url: 'https://localhost:1', remaining: 38_000 });
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('ECONNREFUSED') });
  }, 180_000);

  it('leaves queues and messages alone when the stack is deleted', async () => {
    const { answer } = await request('Delete');
    expect(answer.Status).toBe('SUCCESS');
    expect((await readTopology(client, vhost)).queues).toHaveLength(topology.queues.length);
  }, 180_000);
});
