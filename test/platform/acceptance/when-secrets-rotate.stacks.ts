import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetSecretValueCommand, RotateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import amqp from 'amqplib';
import type { LocalRunEvent } from '../../../lib/platform/local/events.ts';
import type { LocalRun } from '../../../lib/platform/local/local-run.ts';
import { parseSecret } from '../../../lib/platform/runtime/amqp/broker-credentials.ts';
import { rotateUnderLoad } from '../soak/rotate-under-load.ts';
import { startStacks } from '../support/local-run-setting.ts';

const messages = 300;
let directory: string;
let assembly: string;
let events: readonly LocalRunEvent[];
/** Every password that there ever was. */
const passwords = new Set<string>();
let run: LocalRun;
let client: SecretsManagerClient;

const read = async (user: string, VersionStage: string) => {
  const SecretId = run.secrets[user] ?? '';
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId, VersionStage }));
  return parseSecret(SecretString, SecretId);
};
const notePasswords = () => {
  for (const password of Object.values(run.logins)) passwords.add(password);
};
const canLogIn = async ({ username, password }: { username: string; password: string }): Promise<boolean> => {
  const { host, port } = run.broker.address;
  try {
    const connection = await amqp.connect(
      { protocol: 'amqps', hostname: host, port, username, password, vhost: run.vhost },
      { ca: run.broker.address.ca, noDelay: true },
    );
    await connection.close();
    return true;
  } catch (error) {
    if (/ACCESS.REFUSED/.test(String(error))) return false;
    throw error;
  }
};
const users = () => Object.keys(run.secrets).filter((user) => user !== run.broker.admin.username);

beforeAll(async () => {
  ({ run, events, directory, assembly } = await startStacks());
  client = new SecretsManagerClient({
    endpoint: run.state.endpoints.aws,
    region: 'us-east-1',
    credentials: run.credentials,
  });
  notePasswords();
});
afterAll(async () => {
  client?.destroy();
});

describe('when secrets rotate', () => {
  it(`nothing of ${messages} messages is lost and nothing happens twice while every secret rotates three times and every connection is cut as often`, async () => {
    const watch = setInterval(notePasswords, 50);
    try {
      const account = await rotateUnderLoad({
        run,
        events,
        messages,
        rotations: 3,
        users: users(),
        settleMilliseconds: 240_000,
      });
      expect(account).toMatchObject({
        confirmed: messages,
        unconfirmed: 0,
        lost: [],
        twice: [],
        unlogged: 0,
        deadLetters: [],
        waiting: 0,
        rotated: 3 * users().length,
      });
      expect(account.cutConnections).toBeGreaterThanOrEqual(3 * (run.mappings.length + 1));
      // What it had cached was refused once the user had a turn again.
      expect(account.publisherReads).toBeGreaterThan(1);
      // Lambda gives a batch back within the function's time.
      expect(account.longestFailureMilliseconds).toBeLessThan(20_000);
      // After three turns it is the second user's; mappings have picked that up.
      expect(account.connectedUsers).toEqual(
        expect.arrayContaining(['keep-thing.mapping.clone', 'log-all.mapping.clone', 'send-note.mapping.clone']),
      );
      expect(run.mappings.map(({ state }) => state)).toEqual(run.mappings.map(() => 'Enabled'));
    } finally {
      clearInterval(watch);
    }
  });

  it('the login of before the last rotation is still good, and the one before that is not', async () => {
    const [before, old] = [await read('shop', 'AWSCURRENT'), await read('shop', 'AWSPREVIOUS')];
    await client.send(new RotateSecretCommand({ SecretId: run.secrets.shop }));
    await run.rotated();
    notePasswords();
    const now = await read('shop', 'AWSCURRENT');
    expect(now.username).toBe(old.username);
    expect(await Promise.all([now, before, old].map(canLogIn))).toEqual([true, true, false]);
  });

  it('a rotation whose function is killed in the middle, at any time, ends right, and the current login works all along', async () => {
    const rotation = run.functions.find(({ name }) => name.includes('Rotation'));
    if (!rotation) throw new Error(`no rotation among ${run.functions.map(({ name }) => name).join(', ')}`);
    const refused: string[] = [];
    for (const milliseconds of [20, 60, 120, 200, 300]) {
      const before = await read('keep-thing.mapping', 'AWSCURRENT');
      await client.send(new RotateSecretCommand({ SecretId: run.secrets['keep-thing.mapping'] }));
      const killing = sleep(milliseconds).then(() => rotation.kill());
      let over = false;
      const rotated = run.rotated().then(() => {
        over = true;
      });
      while (!over) {
        const current = await read('keep-thing.mapping', 'AWSCURRENT');
        if (!(await canLogIn(current))) refused.push(`${current.username} after a kill at ${milliseconds} ms`);
      }
      await Promise.all([killing, rotated]);
      notePasswords();
      const now = await read('keep-thing.mapping', 'AWSCURRENT');
      expect(now.username).not.toBe(before.username);
      expect(await Promise.all([now, before].map(canLogIn))).toEqual([true, true]);
    }
    expect(refused).toEqual([]);
    const failed = events.filter((event) => event.type === 'function-failed' && event.functionName === rotation.name);
    expect(failed.length).toBeGreaterThan(0);
  });

  it('no password is in a template, an environment variable, a line of a log or the state file', () => {
    expect(passwords.size).toBeGreaterThan(4 * users().length);
    const files = (parent: string) =>
      readdirSync(parent, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
    const places: Record<string, string> = {
      'state.json': readFileSync(join(directory, 'state.json'), 'utf8'),
      'the events of the run': JSON.stringify(events),
      ...Object.fromEntries(files(assembly).map((file) => [file, readFileSync(file, 'latin1')])),
      ...Object.fromEntries(run.functions.map(({ name, settings }) => [name, JSON.stringify(settings.environment)])),
    };
    if (process.platform === 'linux') {
      const running = run.functions.flatMap(({ name, pid }) => {
        const environment = pid === undefined ? undefined : environmentOf(pid);
        return environment === undefined ? [] : [[`process of ${name}`, environment] as const];
      });
      expect(running.length).toBeGreaterThan(0);
      Object.assign(places, Object.fromEntries(running));
    }
    const found = Object.entries(places).flatMap(([place, text]) =>
      [...passwords].filter((password) => text.includes(password)).map(() => place),
    );
    expect(found).toEqual([]);
    // The search would find one: here they are meant to be, for the owner of the folder only.
    const meant = readFileSync(join(directory, 'credentials.json'), 'utf8');
    expect(Object.values(run.logins).every((password) => meant.includes(password) && passwords.has(password))).toBe(
      true,
    );
  });
});

/** Undefined for a process that has ended: a new version of its function may have taken its place. */
function environmentOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
