import { relative } from 'node:path';
import type { LocalState } from '../../local/state/state-file.ts';

/** An event that the application takes. */
export interface ExampleEvent {
  readonly type: string;
  readonly body: unknown;
}

/** The line with which curl publishes an event over the local HTTP API; the key stays in its file. */
export const renderCall = (
  url: string,
  { region, credentialsFile }: LocalState['aws'],
  { type, body }: ExampleEvent,
): string => {
  const file = relative(process.cwd(), credentialsFile);
  return [
    'To publish an event over HTTP:',
    `  curl --aws-sigv4 aws:amz:${region}:execute-api --user "$(sed -n 's/.* = //p' '${file}' | paste -sd: -)" \\`,
    `    -H 'Content-Type: application/json' -d '${JSON.stringify(body).replaceAll("'", "'\\''")}' ${url}/events/${type}`,
  ].join('\n');
};
