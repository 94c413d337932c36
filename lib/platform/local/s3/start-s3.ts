import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { close, listen } from '../endpoints/aws-endpoint.ts';
import { credentialOf } from '../iam/credential.ts';
import { answerS3, failure, type S3Services } from './answer-s3.ts';

export interface RunningS3 {
  /** `http://127.0.0.1:<port>`, for `AWS_ENDPOINT_URL_S3`. The SDK puts the bucket into the path where the host is an address. */
  readonly url: string;
  stop(): void;
}

/** S3's endpoint on this machine. */
export const startS3 = async (services: S3Services, onRefused: (message: string) => void): Promise<RunningS3> => {
  const server = createServer((request, response) => {
    void bodyOf(request)
      .then((body) => {
        const { method = '', url = '' } = request;
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        );
        return answerS3(services, credentialOf(request)?.accessKeyId, { method, url, headers, body });
      })
      .catch((error: Error) => failure(500, 'InternalError', error.message))
      .then(({ status, headers, body, problem }) => {
        if (problem !== undefined) onRefused(`s3: ${problem}`);
        response.writeHead(status, { 'x-amz-request-id': randomUUID(), ...headers });
        response.end(request.method === 'HEAD' ? undefined : body);
      });
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, stop: () => close(server) };
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};
