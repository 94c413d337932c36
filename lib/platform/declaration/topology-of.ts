import type { BindingDeclaration, PublisherDeclaration, TopologyDeclaration } from '../topology/declaration.ts';
import { httpApiPublisher, outboxPublisher } from '../topology/users.ts';
import type { Application, ApplicationConsumer } from './application.ts';

/** What an application needs on the broker. The outbox and the HTTP API are publishers like others there, with users of their own. */
export const topologyOf = (app: Application): TopologyDeclaration => ({
  exchanges: app.exchanges,
  consumers: Object.fromEntries(
    Object.entries(app.consumers).map(
      ([name, { on, tables: _tables, variables: _variables, secrets: _secrets, settings: _settings, ...consumer }]) => [
        name,
        { ...consumer, bindings: [...bindingsOf(on), ...(consumer.bindings ?? [])] },
      ],
    ),
  ),
  publishers: {
    ...(app.outbox && { [outboxPublisher]: { publishes: app.outbox.publishes } satisfies PublisherDeclaration }),
    ...app.publishers,
    ...(app.httpApi && {
      [httpApiPublisher]: { publishes: [{ exchange: app.httpApi.exchange }] } satisfies PublisherDeclaration,
    }),
  },
  ...(app.additional && { additional: app.additional }),
});

const bindingsOf = (on: ApplicationConsumer['on'] = {}): BindingDeclaration[] =>
  Object.entries(on).flatMap(([exchange, types]) => types.map((routingKey) => ({ exchange, routingKey })));
