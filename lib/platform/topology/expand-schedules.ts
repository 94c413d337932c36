import type { BindingDeclaration, PublishDeclaration, TopologyDeclaration } from './declaration.ts';
import { delayRoutingKeyOverheadBytes } from './delay.ts';
import type { Binding, ExchangeType } from './model.ts';
import { delayDeliveryExchange } from './names.ts';
import { topicPattern } from './patterns.ts';
import { isSchedulable, scheduleBindingKey, scheduledKey, scheduleMark } from './schedule.ts';

const builtIn: Readonly<Record<string, ExchangeType>> = {
  'amq.topic': 'topic',
  'amq.direct': 'direct',
  'amq.fanout': 'fanout',
  'amq.headers': 'headers',
  'amq.match': 'headers',
};

interface Receiver extends Pick<Binding, 'destination' | 'destinationType'> {
  readonly exchange: string;
  readonly routingKey: string;
}

/** Leads events that were published with a delay to everybody who is bound to their exchange when the delay ends. */
export function scheduleBindings(declaration: TopologyDeclaration): Binding[] {
  const bindings = new Map<string, Binding>();
  for (const { exchange, routingKey, ...destination } of receivers(declaration)) {
    const type = exchangeType(declaration, exchange);
    if (!type) continue;
    const key = scheduleBindingKey(exchange, type, routingKey);
    bindings.set(`${destination.destination} ${key}`, {
      source: delayDeliveryExchange,
      ...destination,
      routingKey: key,
    });
  }
  return [...bindings.values()];
}

/** Regular expressions, without anchors, of what may follow the delay in the routing keys of whoever has these grants. */
export function schedulePatterns(grants: readonly PublishDeclaration[], declaration: TopologyDeclaration): string[] {
  return grants
    .filter(({ scheduled }) => scheduled)
    .flatMap(({ exchange, routingKeys }) => {
      const keys = (exchangeType(declaration, exchange) === 'topic' && routingKeys) || ['#'];
      return keys.map((key) => topicPattern(scheduledKey(exchange, key)));
    });
}

/** What would get lost, or go astray, on its way through the delays. */
export function* scheduleProblems(declaration: TopologyDeclaration): Iterable<string> {
  const { consumers, exchanges } = declaration;
  for (const name of Object.keys(consumers)) {
    if (name.startsWith(scheduleMark))
      yield `consumer '${name}' begins with '${scheduleMark}', which marks exchanges in the routing keys of scheduled events: rename it`;
  }
  const scheduled = scheduledExchanges(declaration);
  for (const exchange of scheduled) {
    const type = exchangeType(declaration, exchange);
    if (type && !isSchedulable(type))
      yield `exchange '${exchange}' is of type ${type}, and events are scheduled by routing key: take topic, direct or fanout, or remove scheduled`;
  }
  for (const [name, { bindings = [] }] of Object.entries(exchanges)) {
    for (const { exchange } of bindings) {
      if (scheduled.has(exchange))
        yield `exchange '${name}' is bound to exchange '${exchange}', and scheduled events reach queues only: bind its consumers to '${exchange}' or remove scheduled`;
    }
  }
  for (const [name, { bindings, shards }] of Object.entries(consumers)) {
    if (shards?.by === 'routing-key' && bindings.some(({ exchange }) => scheduled.has(exchange)))
      yield `consumer '${name}' is sharded by routing key, which a delay alters: shard by a header or a property`;
  }
  for (const { exchange, routingKey, destination } of receivers(declaration)) {
    const wildcards = routingKey.split('.').some((word) => word === '*' || word === '#');
    if (wildcards && exchangeType(declaration, exchange) === 'direct')
      yield `binding of '${destination}' to the direct exchange '${exchange}': '${routingKey}' would be a wildcard behind a delay: take another routing key`;
    const bytes = Buffer.byteLength(scheduledKey(exchange, routingKey)) + delayRoutingKeyOverheadBytes;
    if (bytes > 255)
      yield `binding of '${destination}' to exchange '${exchange}': routing key '${routingKey}' has ${bytes} bytes behind a delay; AMQP takes at most 255`;
  }
}

function scheduledExchanges({ consumers, publishers }: TopologyDeclaration): Set<string> {
  const grants = [...Object.values(publishers), ...Object.values(consumers)].flatMap(({ publishes = [] }) => publishes);
  return new Set(grants.filter(({ scheduled }) => scheduled).map(({ exchange }) => exchange));
}

function receivers(declaration: TopologyDeclaration): Receiver[] {
  const { consumers, additional } = declaration;
  const scheduled = scheduledExchanges(declaration);
  const ofConsumers = Object.entries(consumers).flatMap(([destination, { bindings, shards }]) =>
    bindings.map(
      ({ exchange, routingKey = '' }: BindingDeclaration): Receiver => ({
        exchange,
        routingKey,
        destination,
        ...(shards ? { destinationType: 'exchange' } : {}),
      }),
    ),
  );
  const others = (additional?.bindings ?? []).map(
    ({ source: exchange, routingKey = '', destination, destinationType }): Receiver => ({
      exchange,
      routingKey,
      destination,
      ...(destinationType === undefined ? {} : { destinationType }),
    }),
  );
  return [...ofConsumers, ...others.filter(({ destinationType }) => destinationType !== 'exchange')].filter(
    ({ exchange }) => scheduled.has(exchange),
  );
}

function exchangeType({ exchanges, additional }: TopologyDeclaration, name: string): ExchangeType | undefined {
  const declared = exchanges[name] ?? additional?.exchanges?.find((exchange) => exchange.name === name);
  return declared?.type ?? builtIn[name];
}
