import { region } from '../assembly/pseudo-parameters.ts';
import type { StreamRecord } from '../dynamodb/streams/stream-record.ts';

/** A request to DynamoDB Streams was refused. `code` is its name without namespace, e.g. `AccessDeniedException`. */
export class StreamRequestError extends Error {
  readonly code: string;

  constructor(operation: string, code: string, message: string) {
    super(`${operation}: ${code}: ${message}`);
    this.name = 'StreamRequestError';
    this.code = code;
  }
}

/** Reads one stream as a mapping does, in the name of its function's role. */
export class StreamClient {
  readonly #endpoint: string;
  readonly #accessKeyId: string;
  readonly #streamArn: string;

  constructor(endpoint: string, accessKeyId: string, streamArn: string) {
    this.#endpoint = endpoint;
    this.#accessKeyId = accessKeyId;
    this.#streamArn = streamArn;
  }

  /** Fails when the role may not do what Lambda does with a stream. */
  async check(): Promise<void> {
    const [, TableName] = /:table\/([^/]+)\/stream\//.exec(this.#streamArn) ?? [];
    await this.#request('ListStreams', { TableName });
    const iterator = await this.start('LATEST');
    await this.read(iterator, 1);
  }

  async start(position: 'TRIM_HORIZON' | 'LATEST'): Promise<string> {
    const { StreamDescription } = (await this.#request('DescribeStream', { StreamArn: this.#streamArn })) as {
      StreamDescription: { Shards: readonly { ShardId: string }[] };
    };
    const { ShardIterator } = await this.#request('GetShardIterator', {
      StreamArn: this.#streamArn,
      ShardId: StreamDescription.Shards[0]?.ShardId,
      ShardIteratorType: position,
    });
    return String(ShardIterator);
  }

  async read(iterator: string, limit: number): Promise<{ records: readonly StreamRecord[]; next: string }> {
    const answer = await this.#request('GetRecords', { ShardIterator: iterator, Limit: limit });
    return { records: answer.Records as readonly StreamRecord[], next: String(answer.NextShardIterator) };
  }

  async #request(operation: string, input: object): Promise<Record<string, unknown>> {
    const response = await fetch(this.#endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDBStreams_20120810.${operation}`,
        // The local store looks at who asks, not at the signature.
        authorization: `AWS4-HMAC-SHA256 Credential=${this.#accessKeyId}/20260101/${region}/dynamodb/aws4_request, SignedHeaders=host, Signature=none`,
      },
      body: JSON.stringify(input),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    if (response.ok) return answer;
    const type = String(answer.__type);
    throw new StreamRequestError(operation, type.slice(type.indexOf('#') + 1), String(answer.message));
  }
}
