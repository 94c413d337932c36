import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { connectionFor } from '../../../../../lib/platform/cli/mq/publish/connection.ts';

const folder = mkdtempSync(join(tmpdir(), 'mq-publish-'));
afterAll(() => rmSync(folder, { recursive: true }));

const credentialsFile = join(folder, 'credentials.json');
const stateFile = join(folder, 'state.json');
writeFileSync(credentialsFile, JSON.stringify({ till: 'secret' }));
writeFileSync(stateFile, JSON.stringify({ vhost: 'shop', broker: { amqps: 'amqps://localhost:1', credentialsFile } }));
const local = { urls: [], stateFile };

describe('who publishes', () => {
  it('is in the local run the user that is given', async () => {
    const { credentials, vhost } = connectionFor(local, 'till', {});
    expect(vhost).toBe('shop');
    expect(await credentials.read()).toEqual({ username: 'till', password: 'secret' });
  });

  it('has to be said where the application declares no publisher', () => {
    expect(() => connectionFor(local, undefined, {})).toThrow(
      'lib/app.ts declares no publisher: name a broker user with --username',
    );
  });

  it('is at another broker whom the address or the command line names, whatever the application declares', async () => {
    const urls = ['amqps://clerk:pw@example.com/shop'];
    expect(await connectionFor({ urls }, 'till', {}).credentials.read()).toEqual({ username: 'clerk', password: 'pw' });
    const { credentials } = connectionFor({ urls, username: 'boss' }, 'till', { MQ_PASSWORD: 'other' });
    expect(await credentials.read()).toEqual({ username: 'boss', password: 'other' });
  });
});
