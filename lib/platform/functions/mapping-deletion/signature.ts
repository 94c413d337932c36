import { createHash, createHmac } from 'node:crypto';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SignatureRequest {
  /** Path `/`, no query. */
  readonly url: URL;
  /** A form. */
  readonly body: string;
  readonly region: string;
  readonly service: string;
  readonly credentials: AwsCredentials;
  readonly at: Date;
}

const contentType = 'application/x-www-form-urlencoded; charset=utf-8';
const algorithm = 'AWS4-HMAC-SHA256';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const keyed = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * Headers that sign a `POST` of a form with Signature Version 4.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export const signedHeaders = ({
  url,
  body,
  region,
  service,
  credentials: { accessKeyId, secretAccessKey, sessionToken },
  at,
}: SignatureRequest): Readonly<Record<string, string>> => {
  const time = `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const date = time.slice(0, 8);
  const headers = {
    'content-type': contentType,
    host: url.host,
    'x-amz-date': time,
    ...(sessionToken ? { 'x-amz-security-token': sessionToken } : {}),
  };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonicalRequest = ['POST', '/', '', lines.join(''), names, hash(body)].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const key = [region, service, 'aws4_request'].reduce<Buffer>(keyed, keyed(`AWS4${secretAccessKey}`, date));
  const signature = keyed(key, [algorithm, time, scope, hash(canonicalRequest)].join('\n')).toString('hex');
  const { host: _, ...sent } = headers;
  return {
    ...sent,
    authorization: `${algorithm} Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
};
