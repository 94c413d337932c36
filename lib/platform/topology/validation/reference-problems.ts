import type { Topology } from '../model.ts';

/** Exchanges that every virtual host has. */
const builtInExchanges = ['', 'amq.direct', 'amq.fanout', 'amq.headers', 'amq.match', 'amq.topic'];

export function knownExchanges({ exchanges }: Pick<Topology, 'exchanges'>): Set<string> {
  return new Set([...builtInExchanges, ...exchanges.map(({ name }) => name)]);
}

/** Bindings and alternate exchanges that lead to or come from nothing, and bindings that can't mean what they say. */
export function* referenceProblems(topology: Topology): Iterable<string> {
  const exchanges = knownExchanges(topology);
  const queues = new Set(topology.queues.map(({ name }) => name));
  const types = new Map(topology.exchanges.map(({ name, type }) => [name, type]));

  for (const {
    source,
    destination,
    destinationType = 'queue',
    routingKey = '',
    arguments: conditions = {},
  } of topology.bindings) {
    const binding = `binding of ${destinationType} '${destination}' to exchange '${source}'`;
    if (source === '')
      yield `${binding}: the default exchange takes no bindings; it leads to every queue by name already`;
    if (!exchanges.has(source))
      yield `${binding}: exchange '${source}' is not declared: declare it or correct the name`;
    if (!(destinationType === 'queue' ? queues : exchanges).has(destination)) {
      yield `${binding}: ${destinationType} '${destination}' is not declared: declare it or correct the name`;
    }
    const type = types.get(source);
    if (type === 'x-consistent-hash' && !/^[1-9]\d{0,3}$/u.test(routingKey)) {
      yield `${binding}: routing key is '${routingKey}'; on a consistent hash exchange it is the weight: take a number from 1 to 9999, for example '1'`;
    }
    if (type === 'headers' && Object.keys(conditions).length === 0) {
      yield `${binding}: a headers exchange matches by arguments and this binding has none: add them, with 'x-match' all or any`;
    }
  }

  for (const { name, arguments: settings = {} } of topology.exchanges) {
    yield* alternate(`exchange '${name}'`, settings['alternate-exchange'], exchanges);
  }
  for (const { name, definition } of topology.policies) {
    yield* alternate(`policy '${name}'`, definition['alternate-exchange'], exchanges);
  }
}

function* alternate(owner: string, exchange: unknown, known: Set<string>): Iterable<string> {
  if (exchange === undefined || (typeof exchange === 'string' && known.has(exchange))) return;
  yield `${owner}: alternate exchange '${exchange}' is not declared; what is unroutable would be dropped: declare it or correct the name`;
}
