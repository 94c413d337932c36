import { join } from 'node:path';
import { deadLetterQueuesOf } from '../topology/consumer-queues.ts';
import { httpApiPublisher, outboxPublisher } from '../topology/users.ts';
import { region } from './assembly/pseudo-parameters.ts';
import type { BrokerAccess } from './broker-access.ts';
import type { RunningDynamoDb } from './dynamodb/start-dynamodb.ts';
import type { PublishedValues } from './local-stack.ts';
import type { Machine } from './machine.ts';
import type { RunDirectory } from './state/run-directory.ts';
import type { LocalState } from './state/state-file.ts';

/** What a run has to say about itself, once everything is up. */
export const stateOf = (
  machine: Machine,
  broker: BrokerAccess,
  dynamoDb: RunningDynamoDb,
  directory: RunDirectory,
  published: PublishedValues,
): LocalState => {
  const queues = machine.mappings.map(({ queue }) => queue);
  const { awsEndpoint, s3Endpoint } = machine.services.endpoints();
  return {
    pid: process.pid,
    // Without consumers there is no mapping to ask.
    vhost: outputNamed('Vhost', published) ?? machine.mappings[0]?.vhost ?? '/',
    broker: {
      amqps: broker.amqpUrl,
      management: broker.managementUrl,
      caFile: broker.caFile,
      credentialsFile: directory.file('credentials.json'),
      version: broker.version,
    },
    publishers: publishersOf(machine, directory, published),
    queues,
    deadLetterQueues: deadLetterQueuesOf(queues),
    tables: Object.fromEntries(machine.tables),
    buckets: Object.fromEntries(machine.buckets),
    functions: Object.fromEntries(
      [...machine.functions.keys()].map((name) => [
        name,
        { queues: machine.mappings.filter(({ functionName }) => functionName === name).map(({ queue }) => queue) },
      ]),
    ),
    endpoints: {
      aws: awsEndpoint,
      dynamoDb: dynamoDb.endpoint,
      s3: s3Endpoint,
      httpApi: outputNamed('IngestUrl', published),
    },
    consumerControl: outputNamed('ConsumerControlFunction', published),
    leftOut: machine.leftOut,
    parts: { broker: 'running', dynamoDb: 'running' },
    aws: { region, credentialsFile: directory.file('aws-credentials') },
  };
};

/** Those whose secrets are outputs of a stack. Nobody runs the platform's own beside it. */
const publishersOf = (
  machine: Machine,
  directory: RunDirectory,
  { outputs }: PublishedValues,
): LocalState['publishers'] => {
  const arns = new Set([...outputs].flatMap(([key, value]) => (/\/SecretArn[^/]*$/.test(key) ? [value] : [])));
  return Object.fromEntries(
    Object.entries(machine.services.secrets.arns())
      .filter(([, secretArn]) => arns.has(secretArn))
      .filter(([name]) => name !== outboxPublisher && name !== httpApiPublisher)
      .map(([name, secretArn]) => [
        name,
        { secretArn, variablesFile: join(directory.file('publishers'), `${name}.env`) },
      ]),
  );
};

/** Value of an output of any stack. */
const outputNamed = (name: string, { outputs }: PublishedValues): string | undefined => {
  const value = [...outputs].find(([key]) => key.endsWith(`/${name}`))?.[1];
  return value === undefined ? undefined : String(value);
};
