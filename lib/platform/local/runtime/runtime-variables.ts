import { account, region } from '../assembly/pseudo-parameters.ts';
import type { FunctionSettings } from './function-settings.ts';

/** What a runtime process needs to reach this machine's stand-ins for AWS. */
export interface LocalAccess {
  /** `AWS_ENDPOINT_URL`: where the AWS SDK sends every request. */
  readonly awsEndpoint: string;
  /** `AWS_ENDPOINT_URL_DYNAMODB`: the store itself, without a hop through `awsEndpoint`. */
  readonly dynamoDbEndpoint?: string;
  /** `AWS_ENDPOINT_URL_S3`. */
  readonly s3Endpoint?: string;
  /** CA of the broker's certificate, added to Node's own. */
  readonly caFile?: string;
  /** The made-up keys by which the endpoints tell the functions apart. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Folder of the plan of the faults that handlers are to meet. @default they meet none */
  readonly faults?: string;
}

/**
 * The environment of a function's process: what the template sets, Lambda's own variables
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html), and the way to the local endpoints.
 * Nothing of the environment of the process that starts it, save the temporary folder.
 */
export const runtimeVariables = (
  settings: FunctionSettings,
  access: LocalAccess,
  process: {
    readonly runtimeApi: string;
    readonly logStream: string;
    readonly searchPath: string;
    readonly temporaryFolder: string;
  },
): Record<string, string> => ({
  PATH: process.searchPath,
  LANG: 'en_US.UTF-8',
  TZ: 'UTC',
  TMPDIR: process.temporaryFolder,
  ...settings.environment,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCOUNT_ID: account,
  AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}`,
  AWS_LAMBDA_FUNCTION_NAME: settings.name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMegabytes),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: settings.logGroup,
  AWS_LAMBDA_LOG_STREAM_NAME: process.logStream,
  AWS_LAMBDA_LOG_FORMAT: settings.logFormat,
  ...(settings.logLevel ? { AWS_LAMBDA_LOG_LEVEL: settings.logLevel } : {}),
  AWS_LAMBDA_RUNTIME_API: process.runtimeApi,
  _HANDLER: settings.handler,
  LAMBDA_TASK_ROOT: settings.code,
  AWS_ACCESS_KEY_ID: access.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: access.credentials.secretAccessKey,
  AWS_SESSION_TOKEN: 'local',
  AWS_ENDPOINT_URL: access.awsEndpoint,
  ...(access.dynamoDbEndpoint ? { AWS_ENDPOINT_URL_DYNAMODB: access.dynamoDbEndpoint } : {}),
  ...(access.s3Endpoint ? { AWS_ENDPOINT_URL_S3: access.s3Endpoint } : {}),
  ...(access.caFile ? { NODE_EXTRA_CA_CERTS: access.caFile } : {}),
});
