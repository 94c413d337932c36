import type { BindingDeclaration, TopologyDeclaration } from './declaration.ts';
import type { ExchangeType } from './model.ts';
import { matchesTopic } from './patterns.ts';

/** Where a message is published. */
export interface Destination {
  readonly exchange: string;
  readonly routingKey: string;
}

/**
 * Names of the consumers that get a message, also by way of exchanges that feed others.
 * @throws Error for an exchange that is not declared, and for a headers exchange on the way: it looks at headers, not at the routing key
 */
export const receivers = (
  { exchanges, consumers }: Pick<TopologyDeclaration, 'exchanges' | 'consumers'>,
  { exchange, routingKey }: Destination,
): string[] => {
  const typeOf = (name: string): ExchangeType => {
    const type = exchanges[name]?.type;
    if (type === undefined) throw new Error(`exchange ${name} is not declared`);
    return type;
  };
  typeOf(exchange);
  const reached = new Set([exchange]);
  const reaches = (binding: BindingDeclaration): boolean =>
    reached.has(binding.exchange) && matches(typeOf(binding.exchange), binding, routingKey);
  // Each round goes one exchange further.
  for (let before = 0; before < reached.size; ) {
    before = reached.size;
    for (const [name, { bindings = [] }] of Object.entries(exchanges)) if (bindings.some(reaches)) reached.add(name);
  }
  return Object.entries(consumers).flatMap(([name, { bindings }]) => (bindings.some(reaches) ? name : []));
};

const matches = (
  type: ExchangeType,
  { exchange, routingKey: bindingKey = '' }: BindingDeclaration,
  routingKey: string,
): boolean => {
  if (type === 'topic') return matchesTopic([bindingKey], routingKey);
  if (type === 'direct') return bindingKey === routingKey;
  if (type === 'fanout') return true;
  throw new Error(
    `who gets a message of exchange ${exchange} depends on more than its routing key: its type is ${type}`,
  );
};
