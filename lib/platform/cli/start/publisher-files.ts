import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { FunctionEnvironment } from '../../config/function-environment.ts';
import type { LocalRun } from '../../local/local-run.ts';
import { writeWhole } from '../../local/state/state-file.ts';

type Variables = Readonly<Record<string, string>>;

/**
 * What a program finds in its environment on AWS, for one that publishes to a local run: the same code runs in both. Its keys may do everything at the
 * endpoints of the run; what its role may do on AWS is not tried here.
 */
export const publisherVariables = (
  { state, credentials }: Pick<LocalRun, 'state' | 'credentials'>,
  publisher: string,
): Variables => {
  const { broker, endpoints } = state;
  const secretArn = state.secrets[publisher];
  if (secretArn === undefined) throw new Error(`the run has no secret of a broker user ${publisher}`);
  return {
    [FunctionEnvironment.brokerEndpoints]: broker.amqps,
    [FunctionEnvironment.brokerSecretArn]: secretArn,
    [FunctionEnvironment.brokerVhost]: state.vhost,
    ...(broker.caFile !== undefined && { [FunctionEnvironment.brokerCaFile]: broker.caFile }),
    AWS_REGION: state.aws.region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL: endpoints.aws,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamoDb,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
  };
};

/** As `node --env-file`, `docker --env-file` and a shell read it. Quotes only where a value needs them: Docker would take them for a part of it. */
export const envFile = (variables: Variables): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${/^[\w@%+=:,./-]*$/.test(value) ? value : `'${value}'`}\n`)
    .join('');

/** Writes `publishers/<name>.env` into the folder of a run; readable by its owner only. */
export const writePublisherFiles = (
  run: Pick<LocalRun, 'state' | 'credentials'>,
  publishers: readonly string[],
  directory: string,
): void => {
  const folder = join(directory, 'publishers');
  mkdirSync(folder, { recursive: true });
  for (const publisher of publishers)
    writeWhole(join(folder, `${publisher}.env`), envFile(publisherVariables(run, publisher)), 0o600);
};
