import { relative } from 'node:path';
import type { LocalState } from '../../local/state/state-file.ts';

/** The line with which curl publishes an event over the local HTTP API; the key stays in its file. */
export const renderCall = (ingest: string, { region, credentialsFile }: LocalState['aws']): string => {
  const file = relative(process.cwd(), credentialsFile);
  const event = { type: 'user.registered', userId: 'u-1', email: 'somebody@example.com' };
  return [
    'To publish an event over HTTP:',
    `  curl --aws-sigv4 aws:amz:${region}:execute-api --user "$(sed -n 's/.* = //p' '${file}' | paste -sd: -)" \\`,
    `    -H 'Content-Type: application/json' -d '${JSON.stringify(event)}' ${ingest}/events/${event.type}`,
  ].join('\n');
};
