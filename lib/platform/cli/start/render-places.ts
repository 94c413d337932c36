import Table from 'cli-table3';
import type { LocalState } from '../../local/state/state-file.ts';

/** Where everything is, as a table for the terminal. */
export const renderPlaces = (state: LocalState, stateFile: string): string => {
  const table = new Table({ style: { head: [], border: [] } });
  table.push(
    ['RabbitMQ', `${state.broker.version}, vhost ${state.vhost}`],
    ['AMQP', state.broker.amqps],
    ['management', state.broker.management],
    ...(state.broker.caFile ? [['CA', state.broker.caFile]] : []),
    ['users and passwords', state.broker.credentialsFile],
    ...(state.endpoints.httpApi ? [['HTTP API', state.endpoints.httpApi]] : []),
    ['queues', state.queues.join('\n')],
    ['dead letters', state.deadLetterQueues.join('\n')],
    ['tables', Object.values(state.tables).join('\n')],
    ['DynamoDB', state.endpoints.dynamoDb],
    ['Secrets Manager', state.endpoints.aws],
    ['all this for tools', stateFile],
  );
  return table.toString();
};
