import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { region } from '../../../lib/platform/local/assembly/pseudo-parameters.ts';
import { type Assembly, readAssembly } from '../../../lib/platform/local/assembly/read-assembly.ts';
import type { TemplateResource } from '../../../lib/platform/local/assembly/template.ts';
import { Deployment } from '../../../lib/platform/local/deployment.ts';
import type { LocalRunEvent } from '../../../lib/platform/local/events.ts';
import type { Change, Changes } from '../../../lib/platform/local/local-stack.ts';
import { Machine } from '../../../lib/platform/local/machine.ts';
import { startServices } from '../../../lib/platform/local/run-services.ts';
import { RunDirectory } from '../../../lib/platform/local/state/run-directory.ts';
import { Updates } from '../../../lib/platform/local/updates.ts';
import { functionResources, writeAssembly } from './tiny-assembly.ts';

jest.setTimeout(120_000);

// On real services of a run, without a broker, which nothing here needs.

let undo: AsyncDisposableStack;
let machine: Machine;
let deployment: Deployment;
let events: LocalRunEvent[];
const made: string[] = [];

beforeEach(async () => {
  undo = new AsyncDisposableStack();
  events = [];
  const folder = mkdtempSync(join(tmpdir(), 'deployment-'));
  made.push(folder);
  const directory = RunDirectory.take(join(folder, 'run'));
  undo.defer(() => directory.release());
  const services = await startServices(directory, [], () => undefined, undo);
  machine = new Machine({
    ...services,
    failureVerb: 'nack',
    emit: (event) => events.push(event),
    startBroker: () => Promise.reject(new Error('there is no broker here')),
  });
  undo.defer(() => machine.stop());
  deployment = new Deployment(machine);
});
afterEach(async () => {
  await undo.disposeAsync();
  for (const path of made.splice(0)) rmSync(path, { recursive: true });
});

type Resources = Record<string, TemplateResource>;
const assemblyOf = (resources: Resources): Assembly => {
  const folder = writeAssembly({ Resources: resources });
  made.push(folder);
  return readAssembly(folder);
};
const deploy = (resources: Resources): Promise<Changes> => deployment.deploy(assemblyOf(resources));
const ids = (changes: readonly Change[]): string[] => changes.map(({ logicalId }) => logicalId).sort();
/** What functions wrote, without the time, the request and the level that Lambda puts before it. */
const lines = (): string[] =>
  events.flatMap((event) => (event.type === 'line' ? [event.line.split('\t').at(-1) ?? ''] : []));

const one = (properties: Record<string, string | number> = {}): Resources => ({
  ...functionResources('index.handler', properties),
});
const table = (key: string, properties: Record<string, string> = {}): TemplateResource => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
    ...properties,
  },
});
const policy = (action: string): TemplateResource => ({
  Type: 'AWS::IAM::Policy',
  Properties: {
    PolicyDocument: { Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] },
    Roles: [{ Ref: 'Role' }],
  },
});
const custom = (properties: Record<string, string>): Resources => ({
  ...functionResources('custom-resource.handler'),
  Thing: {
    Type: 'Custom::Thing',
    Properties: { ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] }, Answer: 'SUCCESS', ...properties },
  },
});
const theFunction = () => {
  const [found] = machine.functions.values();
  if (!found) throw new Error('there is no function');
  return found;
};
const actions = (): unknown[] => machine.roleOf(theFunction()).statements.map(({ Action }) => Action);
const hasTable = async (name: string): Promise<boolean> => {
  const { endpoint } = await machine.services.dynamoDb;
  const client = new DynamoDBClient({ endpoint, region, credentials: machine.services.principals.operator });
  try {
    await client.send(new DescribeTableCommand({ TableName: name }));
    return true;
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return false;
    throw error;
  } finally {
    client.destroy();
  }
};

describe('a later template', () => {
  it('that is the same changes nothing', async () => {
    await deploy({ ...one(), Table: table('id'), Policy: policy('dynamodb:PutItem') });
    const { pid } = theFunction();
    expect(await deploy({ ...one(), Table: table('id'), Policy: policy('dynamodb:PutItem') })).toEqual({
      created: [],
      updated: [],
      removed: [],
      kept: [],
    });
    expect(theFunction().pid).toBe(pid);
  });

  it('adds what is new and leaves alone what is there', async () => {
    await deploy(one());
    const before = theFunction();
    await before.warm();
    const { pid } = before;
    const { created, updated } = await deploy({ ...one(), Table: table('id'), Policy: policy('dynamodb:PutItem') });
    expect([ids(created), updated]).toEqual([['Policy', 'Table'], []]);
    expect(await hasTable(machine.tables.get('Table') ?? '')).toBe(true);
    expect(actions()).toEqual(['dynamodb:PutItem']);
    expect(theFunction()).toBe(before);
    expect(before.pid).toBe(pid);
  });

  it('removes what it no longer has, with what it permitted', async () => {
    await deploy({ ...one(), Table: table('id'), Policy: policy('dynamodb:PutItem') });
    const name = machine.tables.get('Table') ?? '';
    expect(ids((await deploy(one())).removed)).toEqual(['Policy', 'Table']);
    expect([await hasTable(name), machine.tables.size, actions()]).toEqual([false, 0, []]);
    expect(ids((await deploy({ Topic: { Type: 'AWS::SNS::Topic' } })).removed)).toEqual(['Function', 'Role']);
    expect(machine.functions.size).toBe(0);
  });

  it('changes a function in place', async () => {
    await deploy(one());
    const before = theFunction();
    await before.warm();
    const { pid } = before;
    expect(ids((await deploy(one({ Timeout: 30 }))).updated)).toEqual(['Function']);
    expect(theFunction()).toBe(before);
    expect(before.settings.timeoutSeconds).toBe(30);
    expect(before.pid).not.toBe(pid);
  });

  it('changes what a role may do, and only that', async () => {
    await deploy({ ...one(), Policy: policy('dynamodb:PutItem'), Other: policy('dynamodb:GetItem') });
    await deploy({ ...one(), Policy: policy('dynamodb:UpdateItem'), Other: policy('dynamodb:GetItem') });
    expect(actions().sort()).toEqual(['dynamodb:GetItem', 'dynamodb:UpdateItem']);
  });

  it('tells a custom resource what was before, and of its end what has another id, after all else', async () => {
    await deploy(custom({ Id: 'first' }));
    await deploy(custom({ Id: 'first', Colour: 'blue' }));
    expect(lines().at(-1)).toMatch(/^Update first \{"ServiceToken":"[^"]*","Answer":"SUCCESS","Id":"first"\}$/);
    await deployment.removeFormer();
    expect(lines().filter((line) => line.startsWith('Delete'))).toEqual([]);
    await deploy(custom({ Id: 'second' }));
    await deployment.removeFormer();
    expect(lines().at(-1)).toBe('Delete first undefined');
    await deploy(functionResources('custom-resource.handler'));
    expect(lines().at(-1)).toBe('Delete second undefined');
  });
});

describe('what cannot change while it runs', () => {
  it('stays as it is and is named, and the rest changes', async () => {
    await deploy({ ...one(), Table: table('id') });
    const { kept, updated } = await deploy({ ...one({ Timeout: 30 }), Table: table('other') });
    expect(kept).toEqual(['Table (AWS::DynamoDB::Table) in stack tiny has other keys, indexes, expiry or stream']);
    expect(ids(updated)).toEqual(['Function']);
    expect(await hasTable(machine.tables.get('Table') ?? '')).toBe(true);
  });

  it('is not what has no effect on this machine', async () => {
    await deploy({ Table: table('id') });
    const { kept, updated } = await deploy({ Table: table('id', { BillingMode: 'PROVISIONED' }) });
    expect([kept, updated]).toEqual([[], []]);
  });

  it('is the name of a stack', async () => {
    const assembly = assemblyOf(one());
    await deployment.deploy(assembly);
    const renamed = { ...assembly, stacks: assembly.stacks.map((stack) => ({ ...stack, name: 'other' })) };
    await expect(deployment.deploy(renamed)).rejects.toThrow('stack tiny is no longer there, or has another name');
  });

  it('is the vhost', async () => {
    const updates = new Updates({
      deployment,
      vhosts: new Set(['events']),
      notice: () => undefined,
      onChanged: () => undefined,
    });
    const mapping: TemplateResource = {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { SourceAccessConfigurations: [{ Type: 'VIRTUAL_HOST', URI: 'other' }] },
    };
    await expect(updates.apply(assemblyOf({ Mapping: mapping }))).rejects.toThrow('the vhost is other now');
  });
});

it('where something fails nothing is removed, and the next template goes on from there', async () => {
  await deploy({ ...one(), Policy: policy('dynamodb:PutItem') });
  await expect(deploy({ ...one({ Timeout: 901 }), Table: table('id') })).rejects.toThrow('Timeout is 901');
  expect(actions()).toEqual(['dynamodb:PutItem']);
  const { created, updated, removed } = await deploy({ ...one({ Timeout: 30 }), Table: table('id') });
  expect([ids(created), ids(updated), ids(removed)]).toEqual([[], ['Function'], ['Policy']]);
});
