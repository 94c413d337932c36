import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { credentialOf } from '../iam/credential.ts';
import type { EventSourceMappings } from '../mapping/event-source-mappings.ts';
import { failure, type JsonAnswer } from './json-answer.ts';
import { answerLambda, isMappingRequest } from './lambda.ts';
import { answerInvoke, type InvokableFunction, invokedFunction } from './lambda-invoke.ts';
import type { Principals } from './principals.ts';
import type { SecretRotations } from './secret-rotation.ts';
import type { SecretStore } from './secret-store.ts';
import { answerSecretsManager } from './secrets-manager.ts';

export interface AwsEndpoint {
  /** `http://127.0.0.1:<port>`, for `AWS_ENDPOINT_URL`. */
  readonly url: string;
  stop(): void;
}

const body = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

/**
 * The one endpoint for AWS's APIs on this machine, save DynamoDB, which has its own. A service that is not here is
 * refused with an error that says so.
 */
export const startAwsEndpoint = async (
  services: {
    readonly secrets: SecretStore;
    readonly rotations: SecretRotations;
    readonly principals: Principals;
    /** Mappings that there are at the time of a request. */
    readonly mappings: () => EventSourceMappings;
    /** Functions that there are at the time of a request, by name. @default none */
    readonly functions?: () => ReadonlyMap<string, InvokableFunction>;
  },
  onRefused: (message: string) => void,
): Promise<AwsEndpoint> => {
  const answer = async (request: IncomingMessage): Promise<JsonAnswer> => {
    const credential = credentialOf(request);
    const { method = '', url = '' } = request;
    if (isMappingRequest(url)) {
      const { principals, mappings } = services;
      return answerLambda({ principals, mappings: mappings(), onFailed: onRefused }, credential?.accessKeyId, {
        method,
        url,
        body: await body(request),
      });
    }
    const invoked = invokedFunction(method, url);
    if (invoked !== undefined) {
      const { principals, functions = () => new Map() } = services;
      return answerInvoke({ principals, functions: functions() }, credential?.accessKeyId, {
        name: invoked,
        payload: await body(request),
        type: request.headers['x-amz-invocation-type']?.toString(),
      });
    }
    const [service = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
    if (service !== 'secretsmanager') {
      const wanted = credential?.service ?? 'the service that was asked for';
      const hint = wanted === 'dynamodb' ? '; DynamoDB is at AWS_ENDPOINT_URL_DYNAMODB' : '';
      return failure(
        501,
        'UnknownOperationException',
        `${wanted} (${method} ${url}) is not there in the local run; secretsmanager, lambda's mappings and its Invoke are${hint}`,
      );
    }
    let input: Record<string, unknown>;
    try {
      input = JSON.parse(await body(request)) as Record<string, unknown>;
    } catch (error) {
      return failure(400, 'SerializationException', (error as Error).message);
    }
    return answerSecretsManager(services, credential?.accessKeyId, operation, input);
  };
  const server = createServer((request, response) => {
    void answer(request)
      .catch((error: Error) => failure(500, 'InternalFailure', error.message))
      .then(({ status, body: content, headers }) => {
        if (status >= 400) onRefused(String(content.message));
        response.writeHead(status, {
          'Content-Type': 'application/x-amz-json-1.1',
          'x-amzn-RequestId': randomUUID(),
          ...headers,
          ...(typeof content.__type === 'string' ? { 'x-amzn-ErrorType': content.__type } : {}),
        });
        response.end(JSON.stringify(content));
      });
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, stop: () => close(server) };
};

/** Listens on a free port of the loopback interface. */
export const listen = async (server: Server): Promise<number> => {
  // A server that closes idle connections breaks the request that is on its way to it at that moment.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
};

/** Stops listening and ends the connections that are open. */
export const close = (server: Server): void => {
  server.close();
  server.closeAllConnections();
};
