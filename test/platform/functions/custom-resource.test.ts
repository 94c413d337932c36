import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Context } from 'aws-lambda';
import {
  type CustomResourceOptions,
  customResource,
} from '../../../lib/platform/functions/custom-resource/custom-resource.ts';
import type { CustomResourceEvent } from '../../../lib/platform/functions/custom-resource/event.ts';

/** Takes the answers as CloudFormation's presigned address does; refuses the first `refusals` of them. */
let server: Server;
let answers: { body: string; method?: string; type?: string }[];
let refusals: number;

beforeEach(async () => {
  answers = [];
  refusals = 0;
  for (const stream of [process.stdout, process.stderr]) jest.spyOn(stream, 'write').mockImplementation(() => true);
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (refusals > 0) {
        refusals--;
        response.writeHead(503).end();
        return;
      }
      answers.push({
        body: Buffer.concat(chunks).toString(),
        method: request.method,
        type: request.headers['content-type'],
      });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  jest.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const event = (given: Partial<CustomResourceEvent> = {}): CustomResourceEvent => ({
  RequestType: 'Create',
  ResponseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer?signature=secret`,
  StackId: 'arn:aws:cloudformation:eu-west-1:111111111111:stack/events/1',
  RequestId: 'request',
  ResourceType: 'Custom::RabbitMqTopology',
  LogicalResourceId: 'Topology',
  ResourceProperties: {},
  ...given,
});
const options: CustomResourceOptions = {
  apply: async () => ({ Made: '3' }),
  remove: async () => ({ Made: '0' }),
};
const invoke = (given: Partial<CustomResourceOptions>, request = event(), remaining = 60_000) =>
  customResource({ ...options, ...given })(request, { getRemainingTimeInMillis: () => remaining } as Context);
const answered = () => answers.map(({ body }) => JSON.parse(body) as Record<string, unknown>);

const idOf = (answer?: { body: string }) =>
  (JSON.parse(answer?.body ?? '{}') as { PhysicalResourceId?: string }).PhysicalResourceId;

describe('a custom resource that has a version', () => {
  const version: CustomResourceOptions['version'] = ({ Size }) => String(Size);
  const name = 'arn:aws:cloudformation:eu-west-1:111111111111:stack/events/1/Topology';
  const update = (size: number) =>
    event({ RequestType: 'Update', PhysicalResourceId: `${name}/1`, ResourceProperties: { Size: size } });

  it('gets another name with another version, so that CloudFormation removes the one before when the update is through', async () => {
    await invoke({ version }, event({ ResourceProperties: { Size: 1 } }));
    await invoke({ version }, update(1));
    await invoke({ version }, update(2));
    expect(answers.map(idOf)).toEqual([`${name}/1`, `${name}/1`, `${name}/2`]);
  });

  it('keeps its name where an update fails: there is nothing to be removed', async () => {
    await invoke({ version, apply: () => Promise.reject(new Error('no broker')) }, update(2));
    expect(answers.map(idOf)).toEqual([`${name}/1`]);
  });

  it('is removed under the name that it had', async () => {
    await invoke({ version }, { ...update(2), RequestType: 'Delete' });
    expect(answers.map(idOf)).toEqual([`${name}/1`]);
  });
});

describe('a custom resource', () => {
  it('answers success with what CloudFormation needs to know the request by', async () => {
    await invoke({});
    expect(answered()).toEqual([
      {
        Status: 'SUCCESS',
        PhysicalResourceId: 'arn:aws:cloudformation:eu-west-1:111111111111:stack/events/1/Topology',
        StackId: event().StackId,
        RequestId: 'request',
        LogicalResourceId: 'Topology',
        Data: { Made: '3' },
      },
    ]);
    expect(answers[0]).toMatchObject({ method: 'PUT', type: '' });
  });

  it('answers failure with the reason', async () => {
    await invoke({ apply: () => Promise.reject(new RangeError('queue audit-log holds 3 messages')) });
    expect(answered()).toMatchObject([{ Status: 'FAILED', Reason: 'RangeError: queue audit-log holds 3 messages' }]);
  });

  it('answers also when something is thrown that is no error', async () => {
    await invoke({ apply: () => Promise.reject('no reason') });
    expect(answered()).toMatchObject([{ Status: 'FAILED', Reason: 'no reason' }]);
  });

  it('fits any reason into the 4,096 bytes that CloudFormation takes', async () => {
    await invoke({ apply: () => Promise.reject(new Error('"\u{1F407}ä\n'.repeat(20_000))) });
    expect(Buffer.byteLength(answers[0]?.body ?? '')).toBeLessThan(4096);
    expect(answered()).toMatchObject([{ Status: 'FAILED', Reason: expect.stringMatching(/^Error: .*…$/s) }]);
  });

  it('answers before its time is up when the work does not settle, and stops it', async () => {
    let stopped = false;
    await invoke(
      {
        apply: (_, { signal }) =>
          new Promise(() => {
            signal.addEventListener('abort', () => {
              stopped = true;
            });
          }),
      },
      event(),
      30_100,
    );
    expect(stopped).toBe(true);
    expect(answered()).toMatchObject([{ Status: 'FAILED', Reason: expect.stringContaining('not done within') }]);
  });

  it('deletes under the name that CloudFormation knows', async () => {
    const applied = jest.fn<CustomResourceOptions['apply']>();
    await invoke({ apply: applied }, event({ RequestType: 'Delete', PhysicalResourceId: 'an-older-name' }));
    expect(answered()).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: 'an-older-name' }]);
    expect(applied).not.toHaveBeenCalled();
  });

  it('keeps its name on an update, so that CloudFormation deletes nothing', async () => {
    await invoke({}, event({ RequestType: 'Update', PhysicalResourceId: 'an-older-name' }));
    expect(answered()).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: 'an-older-name' }]);
  });

  it('tries again when the answer is not taken', async () => {
    refusals = 2;
    await invoke({});
    expect(answered()).toHaveLength(1);
  });

  it('never logs the address that takes the answer: who knows it can answer', async () => {
    await invoke({ apply: () => Promise.reject(new Error('wrong')) });
    const logged = [process.stdout, process.stderr]
      .flatMap(({ write }) => jest.mocked(write).mock.calls)
      .map(([text]) => String(text))
      .join('');
    expect(logged).toContain('Create failed');
    expect(logged).not.toContain('signature=secret');
  });
});
