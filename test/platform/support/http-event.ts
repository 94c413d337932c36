import { authorizationFor } from '../../../lib/platform/local/iam/signature.ts';
import type { LocalRun } from '../../../lib/platform/local/local-run.ts';

export interface HttpEvent {
  readonly type: string;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly keys?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** What a caller of the HTTP API does who may publish, and what is answered. */
export const postEvent = async (run: LocalRun, { type, body, headers = {}, keys = run.credentials }: HttpEvent) => {
  const url = new URL(`/events/${type}`, run.state.endpoints.httpApi);
  const content = Buffer.from(JSON.stringify(body));
  const signed = {
    host: url.host,
    'x-amz-date': new Date().toISOString().replace(/[-:]|\.\d+/g, ''),
    'content-type': 'application/json',
    ...headers,
  };
  const scope = { region: run.state.aws.region, service: 'execute-api' };
  const authorization = authorizationFor(
    { method: 'POST', url: url.pathname, headers: signed, body: content },
    scope,
    keys,
  );
  const response = await fetch(url, {
    method: 'POST',
    body: content,
    headers: { ...signed, authorization },
    signal: AbortSignal.timeout(100_000),
  });
  return {
    status: response.status,
    headers: response.headers,
    answer: (await response.json()) as { messageId: string },
  };
};
