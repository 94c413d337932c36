import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from '@jest/globals';
import { deleteMapping } from '../../../lib/platform/functions/mapping-deletion/delete-mapping.ts';
import { lambdaMappings } from '../../../lib/platform/functions/mapping-deletion/lambda-mappings.ts';
import { Ec2Error, mappingInterfaces } from '../../../lib/platform/functions/mapping-deletion/network-interfaces.ts';
import { signedHeaders } from '../../../lib/platform/functions/mapping-deletion/signature.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly authorization: string;
}
interface Answer {
  readonly status: number;
  readonly body: string;
  readonly error?: string;
}

/** Lambda's and EC2's APIs as documented, as far as deleting a mapping goes; each request takes the next of the answers prepared for it. */
let server: Server;
let endpoint: string;
let asked: Asked[];
let answers: Record<'DELETE' | 'GET' | 'POST', Answer[]>;

beforeAll(async () => {
  const used = new WeakSet<Socket>();
  server = createServer((request, response) => {
    // Closes a connection just as it is used again, as servers do that close idle ones.
    if (request.method === 'POST' && used.has(request.socket)) return request.socket.destroy();
    used.add(request.socket);
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { method = '', url: path = '' } = request;
      asked.push({ method, path, body, authorization: request.headers.authorization ?? '' });
      const answer = answers[method as 'GET'].shift() ?? { status: 500, body: `no answer left for ${method}` };
      response.writeHead(answer.status, answer.error ? { 'x-amzn-errortype': answer.error } : {});
      response.end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
  answers = { DELETE: [], GET: [], POST: [] };
});

const deleting = { status: 202, body: JSON.stringify({ UUID: 'm-1', State: 'Deleting' }) };
const gone = { status: 404, error: 'ResourceNotFoundException', body: JSON.stringify({ Message: 'no such mapping' }) };
const busy = { status: 400, error: 'ResourceInUseException', body: JSON.stringify({ Message: 'Updating' }) };
const forbidden = { status: 403, error: 'AccessDeniedException', body: JSON.stringify({ Message: 'not allowed' }) };
const interfaces = (...ids: string[]): Answer => ({
  status: 200,
  body: `<?xml version="1.0"?><DescribeNetworkInterfacesResponse><networkInterfaceSet>${ids
    .map((id) => `<item><networkInterfaceId>${id}</networkInterfaceId></item>`)
    .join('')}</networkInterfaceSet></DescribeNetworkInterfacesResponse>`,
});
const environment = () => ({
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_ENDPOINT_URL_EC2: endpoint,
});

/** Deletes mapping m-1; what was reported, in turn. */
const deletion = async (waits = 100): Promise<string[]> => {
  const reports: string[] = [];
  let left = waits;
  await deleteMapping('m-1', {
    mappings: lambdaMappings(
      new LambdaClient({
        endpoint,
        region: 'eu-west-1',
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
        maxAttempts: 1,
      }),
    ),
    interfaces: (mapping) => mappingInterfaces('111111111111', mapping, environment()),
    wait: async () => {
      left -= 1;
      if (left < 0) throw new Error('the time is up');
    },
    report: (progress) => reports.push(progress),
  });
  return reports;
};

describe('the deletion of a mapping', () => {
  it('ends when mapping and network interfaces are gone, not before', async () => {
    answers.DELETE = [deleting];
    answers.GET = [deleting, gone];
    answers.POST = [interfaces('eni-1', 'eni-2'), interfaces('eni-2'), interfaces()];
    expect(await deletion()).toEqual([
      'the mapping is being deleted',
      'network interfaces of the mapping that are still there: eni-1, eni-2',
      'network interfaces of the mapping that are still there: eni-2',
      'the mapping and its network interfaces are gone',
    ]);
    expect(answers).toEqual({ DELETE: [], GET: [], POST: [] });
  });

  it('asks EC2 for the interfaces of this mapping only', async () => {
    answers.DELETE = [gone];
    answers.GET = [gone];
    answers.POST = [interfaces()];
    await deletion();
    const query = new URLSearchParams(asked.at(-1)?.body);
    expect(Object.fromEntries(query)).toEqual({
      Action: 'DescribeNetworkInterfaces',
      Version: '2016-11-15',
      'Filter.1.Name': 'description',
      'Filter.1.Value.1': 'AWS Lambda VPC ENI-armq-111111111111-m-1*',
    });
    expect(asked[0]).toMatchObject({ method: 'DELETE', path: '/2015-03-31/event-source-mappings/m-1' });
  });

  it('still waits for the interfaces of a mapping that somebody else has deleted', async () => {
    answers.DELETE = [gone];
    answers.GET = [gone];
    answers.POST = [interfaces('eni-1'), interfaces()];
    expect(await deletion()).toHaveLength(2);
  });

  it('is tried again while Lambda is changing the mapping', async () => {
    answers.DELETE = [busy, busy, deleting];
    answers.GET = [gone];
    answers.POST = [interfaces()];
    expect(await deletion()).toHaveLength(3);
  });

  it('fails when the time is up, so that the role stays', async () => {
    answers.DELETE = [deleting];
    answers.GET = [gone];
    answers.POST = [interfaces('eni-1'), interfaces('eni-1')];
    await expect(deletion(1)).rejects.toThrow('the time is up');
  });

  it('fails with the reason of Lambda or EC2', async () => {
    answers.DELETE = [forbidden];
    await expect(deletion()).rejects.toThrow('not allowed');
    answers.DELETE = [deleting];
    answers.GET = [gone];
    answers.POST = [
      {
        status: 403,
        body: '<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized</Message></Error></Errors></Response>',
      },
    ];
    await expect(deletion()).rejects.toThrow(
      new Ec2Error('DescribeNetworkInterfaces: UnauthorizedOperation You are not authorized'),
    );
  });
});

/** Computed with botocore 1.43 (`SigV4Auth`). */
test.each([
  [undefined, '54284f518d13e48501beaac399124e076ea336e543d89472f962cf45b36713fd'],
  ['session/token=', 'a4a30ff04db7f2a3dac4a0a5b3c7f3614db17376be2efc48eb5f2ca049159b6c'],
])('requests are signed as AWS does it, with session token %s', (sessionToken, signature) => {
  const { authorization } = signedHeaders({
    url: new URL('https://ec2.eu-west-1.amazonaws.com/'),
    body: 'Action=DescribeNetworkInterfaces&Version=2016-11-15',
    region: 'eu-west-1',
    service: 'ec2',
    credentials: {
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      sessionToken,
    },
    at: new Date('2015-08-30T12:36:00Z'),
  });
  expect(authorization).toMatch(new RegExp(`Signature=${signature}$`));
});
