import { account, region } from './assembly/pseudo-parameters.ts';
import { type RunningDynamoDb, startDynamoDb } from './dynamodb/start-dynamodb.ts';
import { startAwsEndpoint } from './endpoints/aws-endpoint.ts';
import { CustomResourceAnswers } from './endpoints/custom-resource-answers.ts';
import { Principals } from './endpoints/principals.ts';
import { SecretRotations } from './endpoints/secret-rotation.ts';
import { type GivenSecret, SecretStore } from './endpoints/secret-store.ts';
import type { EventSourceMapping } from './mapping/event-source-mappings.ts';
import type { LocalFunction } from './runtime/local-function.ts';
import { ObjectStore } from './s3/object-store.ts';
import { startS3 } from './s3/start-s3.ts';
import type { RunDirectory } from './state/run-directory.ts';

export interface ServiceEndpoints {
  readonly awsEndpoint: string;
  /** Not known before it has started. */
  readonly dynamoDbEndpoint: string | undefined;
  readonly s3Endpoint: string;
}

/** What stands in for AWS's services on this machine, whatever the assembly. */
export interface RunServices {
  readonly secrets: SecretStore;
  readonly rotations: SecretRotations;
  readonly principals: Principals;
  readonly answers: CustomResourceAnswers;
  /** Still starting. Whoever awaits it reports why it did not. */
  readonly dynamoDb: Promise<RunningDynamoDb>;
  readonly objects: ObjectStore;
  /** By function name. Filled while resources are created; the AWS endpoint invokes what is there. */
  readonly functions: Map<string, LocalFunction>;
  /** Those of RabbitMQ queues, by their ids. Filled while resources are created; the AWS endpoint shows and changes what is there. */
  readonly eventSourceMappings: Map<string, EventSourceMapping>;
  readonly endpoints: () => ServiceEndpoints;
}

/**
 * Starts what any assembly needs, so that it is up when the assembly is there.
 * @param given secrets that functions may ask for, beside those of the stacks
 * @param undo ends all of it
 */
export const startServices = async (
  directory: RunDirectory,
  given: readonly GivenSecret[],
  notice: (message: string) => void,
  undo: AsyncDisposableStack,
): Promise<RunServices> => {
  const secrets = new SecretStore(given);
  const rotations = new SecretRotations(notice);
  undo.defer(() => rotations.stop());
  const principals = new Principals();
  const objects = new ObjectStore();
  const functions = new Map<string, LocalFunction>();
  const eventSourceMappings = new Map<string, EventSourceMapping>();
  const refused = (message: string): void => notice(`refused: ${message}`);

  let dynamoDbEndpoint: string | undefined;
  const dynamoDb = startDynamoDb({
    region,
    accountId: account,
    folder: directory.file('dynamodb'),
    authorize: (key, action, resource) => principals.authorize(key, action, resource),
  });
  undo.defer(async () => (await dynamoDb.catch(() => undefined))?.stop());
  void dynamoDb.then(
    ({ endpoint }) => {
      dynamoDbEndpoint = endpoint;
    },
    () => undefined,
  );
  const aws = await startAwsEndpoint(
    { secrets, rotations, principals, mappings: () => eventSourceMappings, functions: () => functions },
    refused,
  );
  undo.defer(() => aws.stop());
  const s3 = await startS3({ objects, principals }, refused);
  undo.defer(() => s3.stop());
  const answers = new CustomResourceAnswers();
  await answers.start();
  undo.defer(() => answers.stop());
  const endpoints = () => ({ awsEndpoint: aws.url, dynamoDbEndpoint, s3Endpoint: s3.url });
  return { secrets, rotations, principals, answers, dynamoDb, objects, functions, eventSourceMappings, endpoints };
};
