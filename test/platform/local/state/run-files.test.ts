import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { SecretStore } from '../../../../lib/platform/local/endpoints/secret-store.ts';
import { RunDirectory } from '../../../../lib/platform/local/state/run-directory.ts';
import { RunFiles } from '../../../../lib/platform/local/state/run-files.ts';
import type { LocalState } from '../../../../lib/platform/local/state/state-file.ts';

const taken: RunDirectory[] = [];
afterEach(() => {
  for (const directory of taken.splice(0)) {
    directory.release();
    rmSync(directory.path, { recursive: true });
  }
});

/** The files of a run of these publishers. */
const filesOf = (...publishers: string[]) => {
  const directory = RunDirectory.take(mkdtempSync(join(tmpdir(), 'run-files-')));
  taken.push(directory);
  const state = (names: readonly string[]): LocalState => ({
    pid: process.pid,
    vhost: 'events',
    broker: {
      amqps: 'amqps://localhost:5671',
      management: 'https://localhost:15671',
      caFile: '/my projects/ca #1.pem',
      credentialsFile: directory.file('credentials.json'),
      version: '4.0.5',
    },
    publishers: Object.fromEntries(
      names.map((name) => [
        name,
        { secretArn: `arn:${name}`, variablesFile: join(directory.file('publishers'), `${name}.env`) },
      ]),
    ),
    queues: [],
    deadLetterQueues: [],
    tables: {},
    buckets: {},
    functions: {},
    endpoints: { aws: 'http://127.0.0.1:1', dynamoDb: 'http://127.0.0.1:2', s3: 'http://127.0.0.1:3' },
    leftOut: [],
    parts: { broker: 'running', dynamoDb: 'running' },
    aws: { region: 'us-east-1', credentialsFile: directory.file('aws-credentials') },
  });
  const files = new RunFiles(state(publishers), {
    directory,
    secrets: new SecretStore(),
    admin: { username: 'admin', password: 'secret' },
    operator: { accessKeyId: 'LOCALOPERATOR', secretAccessKey: 'key' },
  });
  return {
    change: (...names: string[]) => files.change(state(names)),
    file: (name: string) => join(directory.file('publishers'), `${name}.env`),
  };
};

describe('the variables of a publisher', () => {
  it('are read by Node as they were meant, spaces and all, and are for their owner only', () => {
    const file = filesOf('shop').file('shop');
    expect(parseEnv(readFileSync(file, 'utf8'))).toEqual({
      BROKER_ENDPOINTS: 'amqps://localhost:5671',
      BROKER_SECRET_ARN: 'arn:shop',
      BROKER_VHOST: 'events',
      BROKER_CA_FILE: '/my projects/ca #1.pem',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'LOCALOPERATOR',
      AWS_SECRET_ACCESS_KEY: 'key',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:2',
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:3',
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('have no quotes where none are needed: Docker takes them for a part of the value', () => {
    expect(readFileSync(filesOf('shop').file('shop'), 'utf8')).toContain('BROKER_ENDPOINTS=amqps://localhost:5671\n');
  });

  it('come and go with the publishers of a run that changes', () => {
    const { change, file } = filesOf('shop', 'till');
    change('shop', 'kiosk');
    expect(['shop', 'till', 'kiosk'].map((name) => existsSync(file(name)))).toEqual([true, false, true]);
  });
});
