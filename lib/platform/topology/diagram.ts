import { consumerQueues } from './consumer-queues.ts';
import type { BindingDeclaration, TopologyDeclaration } from './declaration.ts';
import { deadLetterQueue } from './names.ts';

/** What flows where, as a Mermaid flowchart: publishers, exchanges, consumed queues, dead-letter queues. The delay infrastructure is one node. */
export function topologyDiagram(declaration: TopologyDeclaration): string {
  const ids = new Map<string, string>();
  const id = (kind: string, name: string): string => {
    const key = `${kind} ${name}`;
    const known = ids.get(key) ?? `n${ids.size}`;
    ids.set(key, known);
    return known;
  };
  const exchange = (name: string) => `${id('exchange', name)}{{${label(name)}}}`;
  const queue = (name: string) => `${id('queue', name)}[(${label(name)})]`;
  const person = (name: string) => `${id('publisher', name)}([${label(name)}])`;
  const delays = `${id('delays', '')}[/${label('delays')}/]`;
  const lines: string[] = [];

  for (const [name, { publishes, schedules = [] }] of Object.entries(declaration.publishers)) {
    for (const { exchange: to, routingKeys = [] } of publishes)
      lines.push(edge(person(name), exchange(to), routingKeys.join(', ')));
    if (schedules.length > 0 || publishes.some(({ scheduled }) => scheduled))
      lines.push(`${person(name)} -.-> ${delays}`);
  }
  for (const [name, { bindings = [] }] of Object.entries(declaration.exchanges)) {
    for (const binding of bindings) lines.push(edge(exchange(binding.exchange), exchange(name), condition(binding)));
  }
  for (const [name, consumer] of Object.entries(declaration.consumers)) {
    const entry = consumer.shards ? exchange(name) : queue(name);
    for (const binding of consumer.bindings) lines.push(edge(exchange(binding.exchange), entry, condition(binding)));
    for (const each of consumerQueues(name, consumer)) {
      if (consumer.shards) lines.push(edge(entry, queue(each), ''));
      lines.push(
        `${queue(each)} <-.->|retries| ${delays}`,
        edge(queue(each), queue(deadLetterQueue(name)), 'dead letters'),
      );
    }
    for (const { exchange: to } of consumer.publishes ?? []) lines.push(edge(entry, exchange(to), 'publishes'));
  }
  return ['flowchart LR', ...lines.map((line) => `  ${line}`), ''].join('\n');
}

function edge(from: string, to: string, text: string): string {
  return text === '' ? `${from} --> ${to}` : `${from} -->|${label(text)}| ${to}`;
}

function condition({ routingKey = '', arguments: headers }: BindingDeclaration): string {
  return headers ? `${routingKey} ${JSON.stringify(headers)}`.trim() : routingKey;
}

/** Mermaid's entities for what would end the text or be read as markup. */
function label(text: string): string {
  return `"${text.replaceAll('#', '#35;').replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;').replaceAll('`', '#96;')}"`;
}
