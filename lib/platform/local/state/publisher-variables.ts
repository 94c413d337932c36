import { FunctionEnvironment } from '../../config/function-environment.ts';
import type { AccessKeys } from '../endpoints/principals.ts';
import type { LocalState } from './state-file.ts';

type Variables = Readonly<Record<string, string>>;

/**
 * What a program finds in its environment on AWS, for one that publishes to a local run: the same code runs in both. Its keys may do everything at the
 * endpoints of the run; what its role may do on AWS is not tried here.
 */
export const publisherVariables = (
  { broker, vhost, endpoints, aws }: Pick<LocalState, 'broker' | 'vhost' | 'endpoints' | 'aws'>,
  secretArn: string,
  keys: AccessKeys,
): Variables => ({
  [FunctionEnvironment.brokerEndpoints]: broker.amqps,
  [FunctionEnvironment.brokerSecretArn]: secretArn,
  [FunctionEnvironment.brokerVhost]: vhost,
  ...(broker.caFile !== undefined && { [FunctionEnvironment.brokerCaFile]: broker.caFile }),
  AWS_REGION: aws.region,
  AWS_ACCESS_KEY_ID: keys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  AWS_ENDPOINT_URL: endpoints.aws,
  AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamoDb,
  AWS_ENDPOINT_URL_S3: endpoints.s3,
});

/** As `node --env-file`, `docker --env-file` and a shell read it. Quotes only where a value needs them: Docker would take them for a part of it. */
export const envFile = (variables: Variables): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${/^[\w@%+=:,./-]*$/.test(value) ? value : `'${value}'`}\n`)
    .join('');
