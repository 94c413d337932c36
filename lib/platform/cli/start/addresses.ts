import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { OperatorError } from '../../config/operator-error.ts';
import type { Events } from '../../declaration/event.ts';
import type { LocalState } from '../../local/state/state-file.ts';
import { projectRoot } from '../../project-root.ts';
import { renderCall } from './render-call.ts';

/** No local run is up. */
export class NoLocalRunError extends OperatorError {
  override readonly name = 'NoLocalRunError';

  constructor(stateFile: string, cause: unknown) {
    super(`no local run found (${relative(projectRoot, stateFile)} can't be read): start one with npm start`, {
      cause,
    });
  }
}

/** @throws NoLocalRunError */
export const readState = (stateFile: string): LocalState => {
  try {
    return JSON.parse(readFileSync(stateFile, 'utf8')) as LocalState;
  } catch (error) {
    throw new NoLocalRunError(stateFile, error);
  }
};

/** Where everything is, and how to publish the first event over HTTP. */
export const renderAddresses = (state: LocalState, stateFile: string, events: Events): string => {
  const [example] = Object.entries(events).map(([type, { example }]) => ({ type, body: example }));
  const { httpApi } = state.endpoints;
  return [
    ...rows(state, stateFile),
    ...(httpApi !== undefined && example ? ['', renderCall(httpApi, state.aws, example)] : []),
  ].join('\n');
};

/** One value a line, so that it can be copied and found. */
const rows = (state: LocalState, stateFile: string): string[] => {
  const file = (path: string): string => relative(process.cwd(), path);
  const places: readonly (readonly [what: string, values: readonly (string | undefined)[]])[] = [
    ['RabbitMQ', [`${state.broker.version}, vhost ${state.vhost}`]],
    ['AMQP', [state.broker.amqps]],
    ['management', [state.broker.management]],
    ['CA', [state.broker.caFile && file(state.broker.caFile)]],
    ['users, passwords', [file(state.broker.credentialsFile)]],
    ['publishers', Object.values(state.publishers).map(({ variablesFile }) => file(variablesFile))],
    ['HTTP API', [state.endpoints.httpApi]],
    ['queues', state.queues],
    ['dead letters', state.deadLetterQueues],
    ['tables', Object.values(state.tables)],
    ['buckets', Object.values(state.buckets)],
    ['DynamoDB', [state.endpoints.dynamoDb]],
    ['S3', [state.endpoints.s3]],
    ['Secrets Manager', [state.endpoints.aws]],
    ['all of it, for tools', [file(stateFile)]],
  ];
  const width = Math.max(...places.map(([what]) => what.length));
  return places.flatMap(([what, values]) =>
    values
      .filter((value) => value !== undefined)
      .map((value, index) => `${(index === 0 ? what : '').padEnd(width)}  ${value}`),
  );
};
