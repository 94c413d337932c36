import { type AwsCredentials, signedHeaders } from './signature.ts';

/** EC2 did not answer the question. */
export class Ec2Error extends Error {
  override readonly name = 'Ec2Error';
}

const required = (environment: NodeJS.ProcessEnv, name: string): string => {
  const value = environment[name];
  if (!value) throw new Ec2Error(`${name} is not set; Lambda sets it`);
  return value;
};

const endpointOf = (environment: NodeJS.ProcessEnv, region: string): string =>
  environment.AWS_ENDPOINT_URL_EC2 ??
  environment.AWS_ENDPOINT_URL ??
  `https://ec2.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`;

/**
 * Ids of the network interfaces that Lambda made for a RabbitMQ mapping. It describes them as `AWS Lambda VPC ENI-armq-<account>-<mapping>-…`, where nobody
 * documents it; `@cdklabs/cdk-amazonmq` finds them by the same text.
 *
 * INFO: one request to EC2's Query API. Its client library is 40 times the size of this function.
 *
 * @throws Ec2Error with the code and message of EC2
 */
export const mappingInterfaces = async (
  accountId: string,
  mappingId: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<readonly string[]> => {
  const region = required(environment, 'AWS_REGION');
  const credentials: AwsCredentials = {
    accessKeyId: required(environment, 'AWS_ACCESS_KEY_ID'),
    secretAccessKey: required(environment, 'AWS_SECRET_ACCESS_KEY'),
    sessionToken: environment.AWS_SESSION_TOKEN,
  };
  const url = new URL(endpointOf(environment, region));
  const body = new URLSearchParams({
    Action: 'DescribeNetworkInterfaces',
    Version: '2016-11-15',
    'Filter.1.Name': 'description',
    'Filter.1.Value.1': `AWS Lambda VPC ENI-armq-${accountId}-${mappingId}*`,
  }).toString();
  const headers = signedHeaders({ url, body, region, service: 'ec2', credentials, at: new Date() });
  const response = await fetch(url, {
    method: 'POST',
    // A connection kept from the last time has seen the function frozen since; it may be about to end.
    headers: { ...headers, connection: 'close' },
    body,
    signal: AbortSignal.timeout(10_000),
  });
  const xml = await response.text();
  if (!response.ok) {
    throw new Ec2Error(
      `DescribeNetworkInterfaces: ${element(xml, 'Code') ?? response.status} ${element(xml, 'Message') ?? ''}`,
    );
  }
  return [...xml.matchAll(/<networkInterfaceId>([^<]+)<\/networkInterfaceId>/g)].map(([, id = '']) => id);
};

const element = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
