import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  envFile,
  publisherVariables,
  writePublisherFiles,
} from '../../../../lib/platform/cli/start/publisher-files.ts';
import type { LocalRun } from '../../../../lib/platform/local/local-run.ts';

const run = {
  credentials: { accessKeyId: 'LOCALOPERATOR', secretAccessKey: 'key' },
  state: {
    vhost: 'events',
    broker: { amqps: 'amqps://localhost:5671', caFile: '/my projects/ca #1.pem' },
    secrets: { shop: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:shop' },
    endpoints: { aws: 'http://127.0.0.1:1', dynamoDb: 'http://127.0.0.1:2', s3: 'http://127.0.0.1:3' },
    aws: { region: 'us-east-1' },
  },
} as unknown as LocalRun;
const made: string[] = [];
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true });
});

describe('the file of a publisher', () => {
  it('is read by Node as it was meant, spaces and all, and is for its owner only', () => {
    const directory = mkdtempSync(join(tmpdir(), 'publishers-'));
    made.push(directory);
    writePublisherFiles(run, ['shop'], directory);
    const file = join(directory, 'publishers', 'shop.env');
    expect(parseEnv(readFileSync(file, 'utf8'))).toEqual({
      BROKER_ENDPOINTS: 'amqps://localhost:5671',
      BROKER_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:shop',
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

  it('has no quotes where none are needed: Docker takes them for a part of the value', () => {
    expect(envFile(publisherVariables(run, 'shop'))).toContain('BROKER_ENDPOINTS=amqps://localhost:5671\n');
  });
});
