import { delayRoutingKeyOverheadBytes } from '../delay.ts';
import type { Topology } from '../model.ts';
import { delayDeliveryExchange } from '../names.ts';

/** AMQP 0-9-1 transmits names and routing keys as short strings. */
const longest = 255;

/** Empty, reserved, overlong and duplicate names. */
export function* nameProblems(topology: Topology): Iterable<string> {
  const { vhost, exchanges, queues, bindings, policies, users, permissions, topicPermissions } = topology;
  yield* name('virtual host', vhost.name);
  for (const exchange of exchanges) yield* declared('exchange', exchange.name);
  for (const { name } of queues) {
    yield* declared('queue', name);
    // Delays and dead letters find a queue by its name as a routing key of topic exchanges.
    if (name.split('.').some((word) => word === '*' || word === '#'))
      yield `queue '${name}' has the word * or # in its name, with which it would receive what is delayed for others and their dead letters: rename it`;
  }
  for (const policy of policies) yield* name('policy', policy.name);
  for (const user of users) {
    yield* name('user', user.name);
    if (user.name.includes(':'))
      yield `user '${user.name}' has a ':' in its name, which HTTP basic authentication can't transmit: take it out`;
  }
  for (const { source, destination, routingKey = '' } of bindings) {
    const bytes = Buffer.byteLength(routingKey);
    if (bytes <= longest) continue;
    yield source === delayDeliveryExchange
      ? `queue name '${destination}' has ${Buffer.byteLength(destination)} bytes; with the ${delayRoutingKeyOverheadBytes} bytes of a delay its routing key has ` +
        `${bytes}, AMQP takes at most ${longest}: shorten the name to ${longest - delayRoutingKeyOverheadBytes} bytes`
      : `binding of '${destination}' to exchange '${source}': routing key '${routingKey}' has ${bytes} bytes; AMQP takes at most ${longest}`;
  }
  yield* duplicates(
    'exchange',
    exchanges.map(({ name }) => `'${name}'`),
  );
  yield* duplicates(
    'queue',
    queues.map(({ name }) => `'${name}'`),
  );
  yield* duplicates(
    'policy',
    policies.map(({ name }) => `'${name}'`),
  );
  yield* duplicates(
    'user',
    users.map(({ name }) => `'${name}'`),
  );
  yield* duplicates(
    'permission of user',
    permissions.map(({ user }) => `'${user}'`),
  );
  yield* duplicates(
    'topic permission of user',
    topicPermissions.map(({ user, exchange }) => `'${user}' on exchange '${exchange}'`),
  );
  yield* duplicates(
    'binding',
    bindings.map(
      ({ source, destination, destinationType = 'queue', routingKey = '', arguments: conditions = {} }) =>
        `of ${destinationType} '${destination}' to exchange '${source}' with routing key '${routingKey}' and arguments ${JSON.stringify(conditions)}`,
    ),
  );
}

function* declared(kind: string, value: string): Iterable<string> {
  yield* name(kind, value);
  if (value.startsWith('amq.'))
    yield `${kind} '${value}' begins with 'amq.', which is reserved to the broker: choose another name`;
}

function* name(kind: string, value: string): Iterable<string> {
  if (value === '') yield `a ${kind} has an empty name`;
  const bytes = Buffer.byteLength(value);
  if (bytes > longest)
    yield `${kind} '${value}' has a name of ${bytes} bytes; the broker takes at most ${longest}: shorten it`;
  if (/[\r\n]/u.test(value))
    yield `${kind} ${JSON.stringify(value)} has a line break in its name, which the broker removes: take it out`;
}

function* duplicates(kind: string, identities: readonly string[]): Iterable<string> {
  for (const [identity, same] of Map.groupBy(identities, (each) => each)) {
    if (same.length > 1) yield `${kind} ${identity} is declared ${same.length} times: rename or remove all but one`;
  }
}
